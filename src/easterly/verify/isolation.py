"""Isolation of tenants at the level of addresses and routing tables (VRFs)."""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations

from easterly.model.outcome import Method, Ref, Status, Verdict
from easterly.model.spec.intent import Intent
from easterly.verify.evidence import Evidence, Undecided
from easterly.verify.leaks import leaks

DEFAULT_VRF = "default"


def isolate(evidence: Evidence, intent: Intent) -> Verdict:
    """No two of the tenants share a routing table or a host, and no packet of one arrives at another.

    Decided on the address plan: every prefix of a tenant is in a VRF of its own, no host serves two of them, and no
    chain of imported routes and filters leads from one to the other. A verdict that fails names the rule.
    """
    tenants = intent.isolate or ()
    if len(set(tenants)) < 2:
        raise Undecided("isolation needs two tenants")
    pairs = list(combinations(sorted(set(tenants)), 2))
    leaks = [(pair, leak) for pair in pairs if (leak := _leak(evidence, *pair)) is not None]
    if leaks:
        (a, b), (binds, why) = leaks[0]
        because = f"{a} and {b} {why}"
        return Verdict(intent.name, Status.FAIL, -len(leaks) / len(pairs), binds, Method.BOUND, because)
    because = f"{', '.join(sorted(set(tenants)))}: separate VRFs, no shared host, no shared address (address plan)"
    return Verdict(intent.name, Status.PASS, 1.0, Ref("vrf", _table(evidence, pairs[0][0])), Method.BOUND, because)


def _leak(evidence: Evidence, a: str, b: str) -> tuple[Ref, str] | None:
    """How two tenants can reach each other; None if they cannot."""
    table_a, table_b = _table(evidence, a), _table(evidence, b)
    if table_a == table_b:
        return Ref("vrf", table_a), f"are both in VRF {table_a}: give each `vrf: true`"
    shared = _hosts(evidence, a) & _hosts(evidence, b)
    if shared:
        host = min(shared)
        return Ref("host", host), f"share host {host}"
    return _shared_table(evidence, a, b) or _led(evidence, a, b)


def _led(evidence: Evidence, a: str, b: str) -> tuple[Ref, str] | None:
    """A packet of one that arrives at the other."""
    if evidence.isolation is None:
        return None
    found = leaks(evidence.isolation)
    for row, pair in enumerate(zip(found.src.tolist(), found.dst.tolist(), strict=True)):
        if pair in ((a, b), (b, a)):
            return Ref("vrf", _table(evidence, pair[0])), f"meet: {pair[0]} reaches {pair[1]} by {found.through[row]}"
    return None


def _table(evidence: Evidence, tenant: str) -> str:
    """The VRF that the plan gave a tenant."""
    vrfs = evidence.address.vrfs
    for name, owner in zip(vrfs.name.tolist(), vrfs.tenant.tolist(), strict=True):
        if owner == tenant:
            return str(name)
    return DEFAULT_VRF


def _hosts(evidence: Evidence, tenant: str) -> set[str]:
    work = evidence.work
    names: set[str] = set()
    for row in range(len(work)):
        if work.tenant[row] == tenant:
            hosts = work.host_idx[work.host_ptr[row] : work.host_ptr[row + 1]]
            names.update(evidence.network.hosts.name[hosts].tolist())
    return names


def _shared_table(evidence: Evidence, a: str, b: str) -> tuple[Ref, str] | None:
    """Interfaces of the tenants' hosts that ended up in one VRF, whatever the tenants were promised."""
    tables: dict[str, set[str]] = defaultdict(set)
    owner = {host: t for t in (a, b) for host in _hosts(evidence, t)}
    ports = evidence.address.interfaces
    for device, vrf, role in zip(ports.device.tolist(), ports.vrf.tolist(), ports.role.tolist(), strict=True):
        if role == "host" and device in owner:
            tables[vrf].add(owner[device])
    for vrf, tenants in sorted(tables.items()):
        if len(tenants) > 1:
            return Ref("vrf", vrf), f"both have host interfaces in VRF {vrf}"
    return None
