"""Do the rendered routers agree with each other? Decided on their text, read back, and on nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from socket import AF_INET, AF_INET6, inet_pton

from easterly.base.findings import Finding
from easterly.config import anycast, frr
from easterly.config.protocols import far_end, protocols
from easterly.model.outcome import DeviceConfigs
from easterly.model.router_state import DeviceState

HINT = "report this as a defect of Easterly"


def contradictions(configs: DeviceConfigs) -> tuple[Finding, ...]:
    """Read all FRR files back and compare them with each other.

    Parameters
    ----------
    configs : DeviceConfigs

    Returns
    -------
    tuple of Finding
        E901 a neighbour's address is no router's, E902 the peer has another AS number or none is stated, E903 a
        prefix-list is used and not there, E904 an announced prefix is on no interface and in no health check, E905 the
        peer has no session back, E910 a route-map is used and not there, E911 LOCAL_PREF is set towards another AS,
        E912 a BFD profile is used and not there, E913 the ends of a link differ, E914 two routers have one router id.
    """
    served = {
        file.device: {service.prefix for service in anycast.parse(file.text)}
        for file in configs.artifacts if file.dialect == "anycast" and file.device
    }  # fmt: skip
    return disagreements([frr.parse(file.text) for file in configs.artifacts if file.dialect == "frr"], served)


def disagreements(states: Iterable[DeviceState], served: Mapping[str, set[str]] = {}) -> tuple[Finding, ...]:
    """The same on routers that have been read already; `served` are prefixes that health checks may announce."""
    routers = list(states)
    owners = {
        address.partition("/")[0]: (state, _net(address))
        for state in routers
        for addresses in state.interfaces.values()
        for address in addresses
    }
    known = {state.device: state for state in routers}
    found = [f for state in routers for f in _router(state, owners, known, served.get(state.device, set()))]
    found += [_finding(code, message) for code, message in protocols(routers)]
    return tuple(found)


Net = tuple[int, int, int]
Owners = dict[str, tuple[DeviceState, Net]]


def _net(text: str) -> Net:
    """Family, prefix as a number without its host bits, and length; ten times as fast as `ipaddress`."""
    address, _, length = text.partition("/")
    family, bits = (AF_INET6, 128) if ":" in address else (AF_INET, 32)
    try:
        return bits, int.from_bytes(inet_pton(family, address), "big") >> (bits - int(length)), int(length)
    except (OSError, ValueError):
        raise ValueError(f"{text!r} is no address with a length") from None


def sound(state: DeviceState) -> DeviceState:
    """A router whose addresses are such: what `disagreements` can compare with others.

    Raises
    ------
    ValueError
        An interface's address or an announced prefix is none.

    Examples
    --------
    >>> sound(DeviceState("a", 1, "", {"swp1": ("10.0.0.1/33",)}, {}, (), ()))
    Traceback (most recent call last):
    ValueError: '10.0.0.1/33' is no address with a length
    """
    for given in (*state.interfaces.values(), state.networks, *state.vrf_networks.values()):
        for text in given:
            _net(text)
    return state


def _router(
    state: DeviceState, owners: Owners, known: Mapping[str, DeviceState], served: set[str]
) -> Iterator[Finding]:  # fmt: skip
    local = {_net(text): text.partition("/")[0] for addresses in state.interfaces.values() for text in addresses}
    distant = {peer for group in state.groups.values() if group.source for peer in group.peers}
    for address, asn in state.neighbors.items():
        if address in state.interfaces:
            yield from _heard(state, address, asn, known)
        else:
            yield from _session(state, {} if address in distant else local, address, asn, owners)
    for name in state.uses:
        if name not in state.prefix_lists:
            yield _finding("E903", f"{state.device} filters by prefix-list {name}, which is not there")
    yield from _announced(state, local, served)


def _heard(state: DeviceState, port: str, asn: int, known: Mapping[str, DeviceState]) -> Iterator[Finding]:
    """A session by interface: with whoever the description names."""
    device, far = far_end(state, port)
    peer = known.get(device)
    if peer is None:
        yield _finding("E901", f"{state.device} has neighbour {port}, behind which is no router")
        return
    yield from _numbers(state, peer, port, asn)
    if far not in peer.neighbors:
        yield _finding("E905", f"{state.device} has a session with {device} ({port}), and {device} none back")
    yield from _hops(state, peer, port, far)


def _hops(state: DeviceState, peer: DeviceState, near: str, far: str) -> Iterator[Finding]:
    """Both ends count a link for as many AS hops; `near` is the other as this router names it, `far` the reverse."""
    here, there = state.longer.get(near, 0), peer.longer.get(far, 0)
    if here != there and state.device < peer.device:
        what = f"{state.device} puts {here} AS numbers before what {near} tells, and {peer.device} {there}"
        yield _finding("E913", f"bgp of {state.device} and {peer.device} ({far}): {what}")


def _numbers(state: DeviceState, peer: DeviceState, where: str, asn: int) -> Iterator[Finding]:
    if peer.asn != asn:
        stated = f"AS {asn}" if asn else "no AS"
        yield _finding("E902", f"{state.device} states {stated} for {peer.device} ({where}), which has AS {peer.asn}")


def _session(state: DeviceState, local: dict[Net, str], address: str, asn: int, owners: Owners) -> Iterator[Finding]:
    """A session by address; `local` is empty where it is no link's."""
    if address not in owners:
        yield _finding("E901", f"{state.device} has neighbour {address}, which is on no router")
        return
    peer, net = owners[address]
    yield from _numbers(state, peer, address, asn)
    if local and net not in local:
        yield _finding(
            "E901", f"{state.device} has neighbour {address} of {peer.device}, and no interface in its prefix"
        )
    elif not ({local[net]} if local else _own(state)) & set(peer.neighbors):
        yield _finding(
            "E905", f"{state.device} has a session with {peer.device} ({address}), and {peer.device} none back"
        )
    if net in local:
        yield from _hops(state, peer, address, local[net])


def _own(state: DeviceState) -> set[str]:
    return {text.partition("/")[0] for text in state.interfaces.get("lo", ())}


def _announced(state: DeviceState, local: dict[Net, str], served: set[str]) -> Iterator[Finding]:
    tables = [("", state.networks), *state.vrf_networks.items()]
    for vrf, prefixes in tables:
        for prefix in prefixes:
            if _net(prefix) not in local and (vrf or prefix not in served):
                where = f" in VRF {vrf}" if vrf else ""
                yield _finding("E904", f"{state.device} announces {prefix}{where}, and no interface is in it")


def _finding(code: str, message: str) -> Finding:
    return Finding(code, "fabrics", message, HINT)
