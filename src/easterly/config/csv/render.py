"""``cables.csv`` and ``addresses.csv``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from easterly.base.units import LENGTH, RATE, format_exact
from easterly.model.address import AddressPlan
from easterly.model.network import Network
from easterly.model.outcome import Artifact, Bill

CABLES = ("cable", "a_device", "a_port", "b_device", "b_port", "rate", "length", "medium", "label")
ADDRESSES = ("device", "port", "address", "vrf", "role")
PREFIXES = ("prefix", "vrf", "role", "owner", "device")


def render(network: Network, address: AddressPlan, bill: Bill) -> list[Artifact]:
    """The port-to-port map of all cables, all interface addresses, all prefixes.

    Names and numbers hold no comma and no quote (the grammar of names sees to that), so that nothing needs
    quoting (RFC 4180); lines end with LF.
    """
    ports, nets = address.interfaces, address.prefixes
    addresses = zip(*(getattr(ports, column).tolist() for column in ADDRESSES), strict=True)
    prefixes = zip(*(getattr(nets, column).tolist() for column in PREFIXES), strict=True)
    return [
        _table("cables.csv", CABLES, _cables(network, bill)),
        _table("addresses.csv", ADDRESSES, addresses),
        _table("prefixes.csv", PREFIXES, prefixes),
    ]


def cables(network: Network, bill: Bill) -> Iterator[tuple[str, ...]]:
    """Both ends of every cable, its rate, its length and its medium, as tables say them."""
    links, rows = network.links, network.cables
    ends = [link_id.split(">") for link_id in network.link_ids[rows].tolist()]
    rates, lengths = links.capacity_bps[rows].tolist(), links.length_m[rows].tolist()
    rate = {value: format_exact(value, RATE) for value in set(rates)}
    length = {value: format_exact(value, LENGTH) for value in set(lengths)}
    for (a, b), bps, metres, medium in zip(ends, rates, lengths, bill.cable_medium.tolist(), strict=True):
        yield a, b, rate[bps], length[metres], medium


def _cables(network: Network, bill: Bill) -> Iterable[tuple[str, ...]]:
    for number, (a, b, *facts) in enumerate(cables(network, bill), 1):
        yield (str(number), *a.rsplit(":", 1), *b.rsplit(":", 1), *facts, f"{a} / {b}")


def _table(name: str, header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Artifact:
    text = "\n".join([",".join(header), *map(",".join, rows)]) + "\n"
    return Artifact(name, text, "", "csv", name)
