"""Rules of the address room."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import combinations

from easterly.address import checks_anycast, checks_isolation
from easterly.address.blocks.tree import faults
from easterly.address.numbers import PRIVATE
from easterly.address.plan import tight_pools
from easterly.address.pools import LONGEST_V6, ROLES, SUBNET, V4_ROLES, defaulted, families, readable, unreadable
from easterly.address.proof import prove
from easterly.address.text import Prefix, read
from easterly.base.findings import Finding, FindingsError, Severity, did_you_mean, rule
from easterly.model.address import AddressPlan
from easterly.model.demand import DemandSet
from easterly.model.network import Network
from easterly.model.spec.site import Site

MORE = (checks_anycast, checks_isolation)

# What no interface of a private network may have, and why (IANA special-purpose registries, RFC 6890).
RESERVED = (
    ("0.0.0.0/8", "means this network (RFC 1122)"), ("127.0.0.0/8", "is loopback (RFC 1122)"),
    ("169.254.0.0/16", "is link-local (RFC 3927)"), ("224.0.0.0/4", "is multicast (RFC 5771)"),
    ("240.0.0.0/4", "is reserved (RFC 1112)"), ("fe80::/10", "is link-local (RFC 4291)"),
    ("ff00::/8", "is multicast (RFC 4291)"), ("::/96", "is unspecified, loopback and retired (RFC 4291)"),
    ("0:0:0:0:0:ffff:0:0/96", "holds IPv4-mapped addresses (RFC 4291)"),
)  # fmt: skip

# What works on some machines, and is nobody's to number a site with.
UNWISE = (
    ("fc00::/8", "nobody can assign: of fc00::/7 only fd00::/8 is in use (RFC 4193)"),
    ("192.0.2.0/24", "is for documentation (RFC 5737)"), ("198.51.100.0/24", "is for documentation (RFC 5737)"),
    ("203.0.113.0/24", "is for documentation (RFC 5737)"), ("2001:db8::/32", "is for documentation (RFC 3849)"),
    ("3fff::/20", "is for documentation (RFC 9637)"),
)  # fmt: skip


def _at(name: str) -> str:
    return f"addressing/pools/{name}"


@rule("E510", "a pool is not a prefix")
def pool_text(site: Site) -> Iterator[Finding]:
    """Pools that are no prefixes."""
    return (finding for finding in unreadable(site) if finding.code == "E510")


@rule("E511", "a pool has bits set beyond its length")
def pool_host_bits(site: Site) -> Iterator[Finding]:
    """Pools such as 10.1.1.1/24."""
    return (finding for finding in unreadable(site) if finding.code == "E511")


@rule("E512", "an address has leading zeros")
def pool_zeros(site: Site) -> Iterator[Finding]:
    """Pools such as 010.0.0.0/8."""
    return (finding for finding in unreadable(site) if finding.code == "E512")


@rule("E513", "two pools overlap in one routing table")
def pools_apart(site: Site) -> Iterator[Finding]:
    """Pools overlap only where each belongs to tenants with tables of their own."""
    pools = readable(site)
    for (a, one), (b, two) in combinations(sorted(pools.items()), 2):
        if one.overlaps(two) and not (_private(site, a) and _private(site, b)) and {a, b} & {*_used(site)}:
            hint = "make them disjoint" if {a, b} & {*ROLES} else "make them disjoint, or give both tenants `vrf: true`"
            yield Finding("E513", _at(b), f"pool {b} ({two}) overlaps pool {a} ({one})", hint)


def _users(site: Site, pool: str) -> list[str]:
    return [name for name, tenant in sorted(site.tenants.items()) if tenant.pool == pool]


def _used(site: Site) -> list[str]:
    return [name for name in site.addressing.pools if name in ROLES or _users(site, name) or _blocks(site, name)]


def _blocks(site: Site, pool: str) -> list[str]:
    return [name for name, block in sorted(site.addressing.blocks.items()) if pool in block.inside]


def _private(site: Site, pool: str) -> bool:
    """Whether a pool serves only tenants with tables of their own."""
    holders = [site.addressing.blocks[name].tenant for name in _blocks(site, pool)]
    users = [*_users(site, pool), *holders]
    own = [name is not None and name in site.tenants and site.tenants[name].vrf for name in users]
    return bool(users) and pool not in ROLES and all(own)


@rule("E514", "a pool is too long for IPv6 subnets")
def pool_lengths(site: Site) -> Iterator[Finding]:
    """IPv6 pools must hold whole /64s."""
    for name, pool in readable(site).items():
        longest = LONGEST_V6 if name == "v6" else SUBNET
        if pool.family == 6 and pool.length > longest:
            text = f"pool {name} ({pool}) is too long: every leaf takes a /64 of it"
            yield Finding("E514", _at(name), text, f"write /{longest} or shorter; /40 to /48 are usual")


@rule("E515", "a pool is of the wrong address family")
def pool_family(site: Site) -> Iterator[Finding]:
    """`v6` holds IPv6; fabric, hosts, links and loopback hold IPv4."""
    for name, pool in readable(site).items():
        wanted = 6 if name == "v6" else 4 if name in V4_ROLES else pool.family
        if pool.family != wanted:
            hint = "all IPv6 numbers come from pool v6" if wanted == 4 else "write an IPv6 prefix, like fd00:64::/40"
            yield Finding("E515", _at(name), f"pool {name} wants IPv{wanted}, and {pool} is IPv{pool.family}", hint)


@rule("E516", "a tenant takes the pool of the fabric")
def tenant_pool(site: Site) -> Iterator[Finding]:
    """Tenants' pools are not those of the fabric."""
    for name, tenant in sorted(site.tenants.items()):
        if tenant.pool in ROLES:
            text = f"pool {tenant.pool} numbers the fabric itself"
            yield Finding("E516", f"tenants/{name}/pool", text, "leave `pool` out, or add a pool for the tenant")


@rule("E517", "a pool serves nothing")
def pool_unused(site: Site) -> Iterator[Finding]:
    """Pools that are neither a purpose of the fabric nor a tenant's."""
    used = _used(site)
    for name in sorted(site.addressing.pools):
        if name not in used:
            mine = f"write `pool: {name}` in tenant {name}"
            hint = mine if name in site.tenants else did_you_mean(name, ROLES)
            yield Finding("E517", _at(name), f"pool {name} is used by nothing", hint, Severity.WARNING, on_key=True)


@rule("E518", "a pool lies where no host can have an address")
def pool_reserved(site: Site) -> Iterator[Finding]:
    """Multicast, loopback and the like; with a warning, what is for documentation or not assigned."""
    for name, pool in readable(site).items():
        worst = [(*row, Severity.ERROR) for row in RESERVED] + [(*row, Severity.WARNING) for row in UNWISE]
        for block, why, severity in worst:
            if pool.overlaps(read(block)):
                text = f"pool {name} ({pool}) meets {block}, which {why}"
                yield Finding("E518", _at(name), text, _private_hint(pool), severity)
                break


def _private_hint(pool: Prefix) -> str:
    space = "RFC 1918 space, such as 10.64.0.0/16" if pool.family == 4 else "RFC 4193 space, such as fd00:64::/40"
    return f"use {space}"


@rule("E519", "numbers come from default pools")
def pools_defaulted(site: Site) -> Iterator[Finding]:
    """Purposes without a pool in the file."""
    missing = defaulted(site)
    if missing and not any(pool_findings(site)):
        four = families(site)[0]
        sources = {"hosts": four.hosts, "links": four.links, "loopback": four.loopback}
        text = "no pool is given for " + ", ".join(f"{role} (taken: {sources[role].prefix})" for role in missing)
        at = "addressing/pools" if site.addressing.pools else "addressing"
        yield Finding("E519", at, text, "name the pools `fabric` and `loopback`", Severity.NOTE)


@rule("E507", "two fabrics or tenants have the same slot")
def slots_apart(site: Site) -> Iterator[Finding]:
    """Slots are places in the plan, one each."""
    for kind, things in (("fabrics", site.fabrics), ("tenants", site.tenants)):
        seen: dict[int, str] = {}
        for name, thing in sorted(things.items()):
            if thing.slot is None:
                continue
            if thing.slot in seen:
                free = next(slot for slot in range(len(things) + 1) if slot not in {t.slot for t in things.values()})
                text = f"slot {thing.slot} is that of {seen[thing.slot]} too"
                yield Finding("E507", f"{kind}/{name}/slot", text, f"slot {free} is free")
            seen.setdefault(thing.slot, name)


@rule("E508", "fabrics take their numbers by rank of name")
def slots_given(site: Site) -> Iterator[Finding]:
    """With several fabrics, a new one whose name comes first would move the numbers of the others."""
    loose = sorted(name for name, fabric in site.fabrics.items() if fabric.slot is None)
    if len(site.fabrics) > 1 and loose:
        text = (
            f"{', '.join(loose)}: numbers follow the rank of the name, and move when a fabric of an earlier name comes"
        )
        yield Finding(
            "E508", "fabrics", text, "give each fabric a slot of its own: slot: 0, slot: 1", Severity.NOTE, on_key=True
        )


@rule("E509", "AS numbers are not private")
def asn_private(site: Site) -> Iterator[Finding]:
    """Numbers outside RFC 6996 belong to somebody."""
    asn = site.addressing.asn
    if not any(low <= asn <= high for low, high in PRIVATE):
        text = f"AS numbers from {asn} on are not private"
        hint = "use 4200000000 to 4294967294 or 64512 to 65534 (RFC 6996), unless they are yours"
        yield Finding("E509", "addressing/asn", text, hint, Severity.WARNING)


@rule("E501", "two prefixes or addresses of one routing table overlap")
def plan_apart(address: AddressPlan) -> Iterator[Finding]:
    """The plan itself, read back: this never fires unless the planner is wrong."""
    for fact in prove(address):
        if not fact.holds:
            where = f" in VRF {fact.about}" if fact.about else ""
            yield Finding(
                "E501", "addressing", f"{fact.claim}{where}: {fact.evidence}", "report this as a defect of Easterly"
            )


@rule("E504", "a pool has no room to grow in place")
def room_to_grow(site: Site, network: Network, demands: DemandSet) -> Iterator[Finding]:
    """Pools whose numbers had to be packed; what has no plan at all is said where the plan is made."""
    with suppress(FindingsError):
        yield from tight_pools(site, network, demands.work)


@rule("E520", "a block of addresses cannot be cut")
def blocks_cut(site: Site) -> Iterator[Finding]:
    """Blocks inside nothing, of no size, or that hold two kinds of things."""
    return faults(site)


_POOL_RULES: tuple[Callable[[Site], Iterable[Finding]], ...] = (
    pool_text, pool_host_bits, pool_zeros, pools_apart, pool_lengths, pool_family, tenant_pool, pool_reserved,
    slots_apart, blocks_cut,
)  # fmt: skip


def pool_findings(site: Site) -> Iterator[Finding]:
    """What stops a plan before it begins."""
    for check in _POOL_RULES:
        yield from (finding for finding in check(site) if finding.severity is Severity.ERROR)
