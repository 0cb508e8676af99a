"""AS numbers, and the numbers of tenants' routing tables."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from easterly.address.kept import Kept
from easterly.address.place import BORDER, CORE, LEAF, SPINE, SUPER, WAN_GROUP, Devices
from easterly.address.space import TooSmall, Wish, assign
from easterly.address.targets import route_target
from easterly.base.columns import IndexColumn, ints, texts
from easterly.base.findings import Finding, FindingsError
from easterly.base.seeds import stream
from easterly.model.address import Vlans, Vrfs, cut_to_two_bytes
from easterly.model.network import LinkKind, Network
from easterly.model.spec.fabric import Graph
from easterly.model.spec.site import Site

# RFC 6996: numbers for private use.
PRIVATE = ((64512, 65534), (4200000000, 4294967294))
# Decimal bands, to be read at a glance: fabric 0's leaf 7 is 4200010007.
FABRIC_BLOCK = 100_000
FIRST = {SUPER: 0, CORE: 999, BORDER: 1000, SPINE: 3000, LEAF: 10_000}
WAN_FIRST = 2000
WIDTH = {SUPER: 999, CORE: 1, BORDER: 1000, SPINE: 7000, LEAF: 90_000}
# VNIs of tenants with a slot, and the range that the others' names are hashed into.
VNI_FIRST, VNI_HASHED, VNI_BITS = 10_000, 1 << 20, 23
RT_ASN = 64512
TWO_BYTES = 1 << 16
NAME_LIMIT = 15
# VLANs of tenants that state none. 1 is the default of every switch, 1002 to 1005 are kept by some for what is no
# Ethernet, and the numbers from 3900 on by others for ports that route.
VLANS = (2, *range(6, 1002), *range(1006, 3900))


def asns(site: Site, network: Network, found: Devices, kept: Kept) -> IndexColumn:
    """AS number of each device, after RFC 7938 section 5.2.1.

    Every leaf has its own; the spines of a pod, of a plane or of a two-tier fabric share one, and so does each
    set of switches above them, so that a path that comes back down is refused as a loop. Every border and
    WAN router has its own. In an explicit graph every device has, since its links may join equals.

    Returns
    -------
    (D,) int

    Raises
    ------
    FindingsError
        E505: more numbers are needed than there are from ``addressing/asn`` on.
    """
    wanted, neat = _places(site, network, found)
    holders, of = np.unique(wanted, return_inverse=True)
    base = site.addressing.asn
    capacity = _room(base)
    numbers = _kept_numbers(network, found, of, len(holders), kept) - base
    numbers[numbers >= capacity] = -1
    places = holders if neat else np.arange(len(holders))
    wish = Wish.of(0, places, 1, np.maximum(numbers, -1))
    try:
        given = assign(wish, capacity.bit_length()).first
    except TooSmall:
        given = np.array([capacity])
    if len(given) and given.max() >= capacity:
        raise FindingsError([_too_few(base, len(holders), capacity)])
    return base + given[of]


def _room(base: int) -> int:
    """AS numbers from `base` to the end of the range that it is in."""
    end = next((high for low, high in PRIVATE if low <= base <= high), 4294967294)
    return end - base + 1


def _too_few(base: int, needed: int, room: int) -> Finding:
    text = f"{needed} AS numbers are needed, and there are {room} from {base} on"
    return Finding("E505", "addressing/asn", text, "write 4200000000, where 94,967,295 private numbers begin")


def _places(site: Site, network: Network, found: Devices) -> tuple[IndexColumn, bool]:
    """Number wanted by each device, equal for those that share one; and whether the bands hold them all."""
    label = _labels(site, network, found)
    first = np.array([FIRST[k] for k in found.kind.tolist()], dtype=np.int64)
    width = np.array([WIDTH[k] for k in found.kind.tolist()], dtype=np.int64)
    wan = found.group == WAN_GROUP
    first[wan], width[wan] = WAN_FIRST, 1000
    if (label < width).all():
        return found.slot * FABRIC_BLOCK + first + label, True
    keys = np.stack([found.group, label])
    return np.unique(keys, axis=1, return_inverse=True)[1].reshape(-1), False


def _labels(site: Site, network: Network, found: Devices) -> IndexColumn:
    """What tells apart the devices of one kind that must not share a number."""
    graphs = [name for name, fabric in site.fabrics.items() if isinstance(fabric, Graph)]
    single = np.isin(network.nodes.fabric[found.node], graphs) if graphs else np.zeros(len(found), dtype=np.bool_)
    single |= np.isin(found.kind, (LEAF, BORDER)) | (found.group == WAN_GROUP)
    label = np.where(single, found.ordinal, found.pod)
    links = network.links
    rows = np.flatnonzero(links.kind == LinkKind.FABRIC)
    low, high = found.of_node[links.src[rows]], found.of_node[links.dst[rows]]
    for kind, below in ((SUPER, SPINE), (CORE, SUPER)):
        up = (found.kind[high] == kind) & (found.kind[low] == below) & ~single[high]
        least = np.full(len(found), np.iinfo(np.int64).max)
        np.minimum.at(least, high[up], label[low[up]])
        here = (found.kind == kind) & ~single & (least < np.iinfo(np.int64).max)
        label[here] = least[here]
    return label


def _kept_numbers(network: Network, found: Devices, of: IndexColumn, holders: int, kept: Kept) -> IndexColumn:
    """For each number to give, the one that one of its devices had; -1 if none had any."""
    had = np.full(holders, -1, dtype=np.int64)
    names = network.nodes.name[found.node].tolist()
    for row in range(len(names) - 1, -1, -1):
        if names[row] in kept.asn:
            had[of[row]] = kept.asn[names[row]]
    return had


def vrfs(site: Site, kept: Kept) -> Vrfs:
    """Name, VNI and route target of every tenant with ``vrf: true``.

    The VNI is ``10000 + slot`` where the tenant has a slot. Otherwise it is a hash of the name (23 bits above
    2^20): then a new tenant cannot renumber another, which a rank of names would.

    A route target has the first AS number that the site states for its devices: two sites with plans of their own then
    import nothing from each other by chance. Of a number above 65535 only two bytes are left for the table (RFC 5668
    section 2), which are those of its route distinguisher or the next ones free. A site that states none has AS 64512,
    which leaves four bytes, so that the VNI fits whole (RFC 4360 section 3.1).
    """
    names = [name for name, tenant in sorted(site.tenants.items()) if tenant.vrf]
    fixed = {name: kept.vrfs[name][1] for name in names if name in kept.vrfs}
    taken = set(fixed.values())
    for name in names:
        if name not in fixed:
            fixed[name] = _vni(name, site.tenants[name].slot, taken)
            taken.add(fixed[name])
    asn = site.addressing.asn if "asn" in site.addressing.model_fields_set else RT_ASN
    had = {name: kept.vrfs[name][2] for name in names if name in kept.vrfs}
    targets = _targets(asn, {name: fixed[name] for name in names}, had)
    table = [kept.vrfs.get(name) or (_table_name(name, fixed[name]), fixed[name], targets[name]) for name in names]
    return Vrfs(
        texts([t for t, _, _ in table]), texts(names), ints([v for _, v, _ in table]), texts([r for _, _, r in table])
    )


def _targets(asn: int, vnis: Mapping[str, int], kept: Mapping[str, str]) -> dict[str, str]:
    """Route target of each tenant; kept ones are taken before others are made."""
    taken = {int(target.partition(":")[2]) for target in kept.values() if target.startswith(f"{asn}:")}
    made = dict(kept)
    for name in sorted(set(vnis) - set(kept), key=lambda name: vnis[name]):
        number = vnis[name] if asn < TWO_BYTES else cut_to_two_bytes(vnis[name], taken)
        taken.add(number)
        made[name] = route_target(asn, number)
    return made


def vlans(site: Site, kept: Kept) -> Vlans:
    """VLAN of every tenant: the stated one, the one that it had, or one that its name hashes to.

    Stated VLANs, those of blocks among them, are taken before any other; a tenant that had one of them gets another.
    """
    fences = site.isolation
    given = {n: f.vlan for n, f in fences.items() if f.vlan is not None and n in site.tenants}
    taken = {*given.values(), *(b.vlan for b in site.addressing.blocks.values() if b.vlan is not None)}
    for name in sorted(set(site.tenants) - set(given)):
        if kept.vlans.get(name, -1) not in {-1, *taken}:
            given[name] = kept.vlans[name]
            taken.add(given[name])
    for name in sorted(set(site.tenants) - set(given)):
        at = stream(0, f"vlan {name}") % len(VLANS)
        steps = (VLANS[(at + step) % len(VLANS)] for step in range(len(VLANS)))
        given[name] = next((vlan for vlan in steps if vlan not in taken), -1)
        taken.add(given[name])
    return Vlans(texts(sorted(given)), ints([given[name] for name in sorted(given)]))


def _vni(name: str, slot: int | None, taken: set[int]) -> int:
    if slot is not None and VNI_FIRST + slot not in taken:
        return VNI_FIRST + slot
    number = stream(0, name) & ((1 << VNI_BITS) - 1)
    while VNI_HASHED + number in taken:
        number = (number + 1) & ((1 << VNI_BITS) - 1)
    return VNI_HASHED + number


def _table_name(tenant: str, vni: int) -> str:
    """The tenant's name, or one made of its VNI where Linux would not take it for an interface (15 characters)."""
    return tenant if len(tenant) <= NAME_LIMIT and tenant not in ("default", "lo") else f"vrf{vni}"
