"""Do the rendered routers agree with each other? Decided on their text, read back, and on nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from socket import AF_INET, AF_INET6, inet_pton

from easterly.base.findings import Finding
from easterly.config import frr
from easterly.model.outcome import DeviceConfigs, DeviceState

HINT = "report this as a defect of Easterly"


def contradictions(configs: DeviceConfigs) -> tuple[Finding, ...]:
    """Read all FRR files back and compare them with each other.

    Parameters
    ----------
    configs : DeviceConfigs

    Returns
    -------
    tuple of Finding
        E901 a neighbour's address is no router's, E902 the peer has another AS number, E903 a prefix-list is
        used and not there, E904 an announced prefix is on no interface, E905 the peer has no session back.
    """
    return disagreements([frr.parse(file.text) for file in configs.artifacts if file.dialect == "frr"])


def disagreements(states: Iterable[DeviceState]) -> tuple[Finding, ...]:
    """The same on routers that have been read already."""
    routers = list(states)
    owners = {
        address.partition("/")[0]: (state, _net(address))
        for state in routers
        for addresses in state.interfaces.values()
        for address in addresses
    }
    found = [finding for state in routers for finding in _router(state, owners)]
    return tuple(found)


Net = tuple[int, int, int]
Owners = dict[str, tuple[DeviceState, Net]]


def _net(text: str) -> Net:
    """Family, prefix as a number without its host bits, and length; ten times as fast as `ipaddress`."""
    address, _, length = text.partition("/")
    family, bits = (AF_INET6, 128) if ":" in address else (AF_INET, 32)
    return bits, int.from_bytes(inet_pton(family, address), "big") >> (bits - int(length)), int(length)


def _router(state: DeviceState, owners: Owners) -> Iterator[Finding]:
    local = {_net(text): text.partition("/")[0] for addresses in state.interfaces.values() for text in addresses}
    for address, asn in state.neighbors.items():
        yield from _session(state, local, address, asn, owners)
    for name in state.uses:
        if name not in state.prefix_lists:
            yield _finding("E903", f"{state.device} filters by prefix-list {name}, which is not there")
    yield from _announced(state, local)


def _session(state: DeviceState, local: dict[Net, str], address: str, asn: int, owners: Owners) -> Iterator[Finding]:
    if address not in owners:
        yield _finding("E901", f"{state.device} has neighbour {address}, which is on no router")
        return
    peer, net = owners[address]
    if peer.asn != asn:
        stated = f"AS {asn}" if asn else "no AS"
        yield _finding("E902", f"{state.device} states {stated} for {peer.device} ({address}), which has AS {peer.asn}")
    if net not in local:
        yield _finding(
            "E901", f"{state.device} has neighbour {address} of {peer.device}, and no interface in its prefix"
        )
    elif local[net] not in peer.neighbors:
        yield _finding(
            "E905", f"{state.device} has a session with {peer.device} ({address}), and {peer.device} none back"
        )


def _announced(state: DeviceState, local: dict[Net, str]) -> Iterator[Finding]:
    tables = [("", state.networks), *state.vrf_networks.items()]
    for vrf, prefixes in tables:
        for prefix in prefixes:
            if _net(prefix) not in local:
                where = f" in VRF {vrf}" if vrf else ""
                yield _finding("E904", f"{state.device} announces {prefix}{where}, and no interface is in it")


def _finding(code: str, message: str) -> Finding:
    return Finding(code, "fabrics", message, HINT)
