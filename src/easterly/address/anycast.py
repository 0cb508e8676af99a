"""Addresses of services that several places announce."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from easterly.address.facts import usable
from easterly.address.text import BITS, AddressError, Prefix, read, read_address, write
from easterly.base.findings import Finding, FindingsError, did_you_mean
from easterly.base.seeds import stream
from easterly.model.address import AddressPlan, Blocks
from easterly.model.spec.anycast import Anycast
from easterly.model.spec.site import Site

ROLE = "anycast"
# Addresses of an IPv6 block that names are hashed into.
SPREAD = 1 << 24
Number = tuple[int, int]


def addresses(site: Site, blocks: Blocks, previous: AddressPlan | None = None) -> dict[str, tuple[str, ...]]:
    """Address of each service, one of each family that it has.

    A service without one of its own gets one of its block: what an earlier plan gave it, or else the one that its name
    hashes to or the next that is free, so that another service does not move it.

    Parameters
    ----------
    site : Site
    blocks : Blocks
    previous : AddressPlan, optional

    Returns
    -------
    dict of str to tuple of str
        Without lengths, by service.

    Raises
    ------
    FindingsError
        E525: something is no address, or a block has none left.
    """
    earlier = _earlier(previous)
    taken: set[Number] = set()
    found: dict[str, tuple[Number, ...]] = {}
    for name, spec in sorted(site.anycast.items()):
        if spec.address:
            found[name] = tuple(_stated(spec))
            taken.update(found[name])
    for name, spec in sorted(site.anycast.items()):
        if not spec.address:
            wrong = list(sourceless(site, spec))
            if wrong:
                raise FindingsError(wrong)
            found[name] = tuple(_chosen(spec, _prefixes(spec, blocks), earlier, taken))
    return {name: tuple(write(family, number) for family, number in found[name]) for name in sorted(found)}


def sourceless(site: Site, spec: Anycast) -> Iterator[Finding]:
    """What is wrong with the source of a service's address, if anything is."""
    if spec.address:
        return
    if spec.block is None:
        hint = "state `address`, or a `block` of the role anycast"
        yield Finding("E525", spec.origin, f"service {spec.name} has no address", hint, on_key=True)
    elif spec.block not in site.addressing.blocks:
        text = f"there is no block {spec.block}"
        yield Finding("E525", f"{spec.origin}/block", text, did_you_mean(spec.block, site.addressing.blocks))
    elif site.addressing.blocks[spec.block].role != ROLE:
        text = f"block {spec.block} is not for anycast"
        yield Finding("E525", f"{spec.origin}/block", text, "give it `role: anycast`")


def _stated(spec: Anycast) -> Iterator[Number]:
    for row, text in enumerate(spec.address):
        try:
            yield read_address(text, text)
        except AddressError as error:
            raise FindingsError([Finding("E525", f"{spec.origin}/address/{row}", str(error), error.hint)]) from None


def _prefixes(spec: Anycast, blocks: Blocks) -> list[Prefix]:
    rows = np.flatnonzero((blocks.block == (spec.block or "")) & (blocks.place == ""))
    return [read(str(blocks.prefix[row])) for row in rows]


def _chosen(
    spec: Anycast, prefixes: list[Prefix], earlier: Mapping[tuple[int, str], int], taken: set[Number]
) -> Iterator[Number]:
    if not prefixes:
        text = f"block {spec.block} has no prefix for all places, which service {spec.name} could take an address of"
        raise FindingsError([Finding("E525", f"{spec.origin}/block", text, "state `address`")])
    for family in sorted({prefix.family for prefix in prefixes}):
        inside = [prefix for prefix in prefixes if prefix.family == family]
        had = earlier.get((family, spec.name))
        if had is None or (family, had) in taken or not any(p.first <= had <= p.last for p in inside):
            had = _free(spec, inside[-1], taken)
        taken.add((family, had))
        yield family, had


def _free(spec: Anycast, prefix: Prefix, taken: set[Number]) -> int:
    count = min(usable(prefix.family, prefix.length), SPREAD)
    first = prefix.first + (prefix.size > 2)
    start = stream(0, spec.name) % count
    for step in range(count):
        number = first + (start + step) % count
        if (prefix.family, number) not in taken:
            return number
    text = f"block {spec.block} has no address left for service {spec.name}"
    raise FindingsError([Finding("E525", f"{spec.origin}/block", text, "make the block larger")])


def _earlier(previous: AddressPlan | None) -> dict[tuple[int, str], int]:
    if previous is None:
        return {}
    rows, found = previous.prefixes, {}
    for row in np.flatnonzero(rows.role == ROLE).tolist():
        prefix = read(str(rows.prefix[row]))
        found[prefix.family, str(rows.owner[row])] = prefix.first
    return found


def rows(found: Mapping[str, tuple[str, ...]]) -> list[tuple[str, str, str, str, str]]:
    """Rows of `Prefixes`: a prefix of one address for each."""
    return [
        (f"{text}/{BITS[6 if ':' in text else 4]}", "default", ROLE, name, "")
        for name, given in found.items() for text in given
    ]  # fmt: skip
