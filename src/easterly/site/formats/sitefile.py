"""Site files from imported topologies: a WAN of sites and links, ready to be added to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np

from easterly.base.findings import Finding, FindingsError
from easterly.base.units import RATE, TIME, format_exact
from easterly.model.network import Network, NodeKind

_UNFIT = re.compile(r"[^A-Za-z0-9_.-]+")
_LONGEST = 63


def write(network: Network) -> str:
    """Text of a site file with the network as its WAN.

    Names become names of the site file: other characters than letters, digits and ``_ . -`` turn into ``-``.

    Raises
    ------
    FindingsError
        E136 where the WAN of a site file cannot say what the network has: switches and hosts of fabrics, links in
        one direction only, directions that differ.
    """
    problems = list(_problems(network))
    if problems:
        raise FindingsError(problems)
    names = site_names(network.nodes.name.tolist())
    lines = ["version: 1", f"site: {{name: {site_names([network.name])[0]}}}", "fabrics: {}", "wan:", "  sites:"]
    lines += [f"    {_scalar(name)}: {{}}" for name in names]
    if len(network.cables):
        lines += ["  links:", *(_link(network, names, i, row) for i, row in enumerate(network.cables.tolist()))]
    return "\n".join(lines) + "\n"


def _problems(network: Network) -> Iterator[Finding]:
    if (network.nodes.kind != NodeKind.WAN).any():
        message = "the network has switches and hosts of a fabric, which a blueprint has to describe"
        yield _problem(message, "write it as .json or .graphml")
    links, reverse = network.links, network.links.reverse
    single = np.flatnonzero(reverse < 0)
    if len(single):
        yield _problem(f"link {_shown(network, single[0])} has no other direction", "add its reverse to the source")
    both = np.flatnonzero(reverse >= 0)
    for name in ("capacity_bps", "delay_s", "cost"):
        column = getattr(links, name)
        differs = both[column[both] != column[reverse[both]]]
        if len(differs):
            message = f"the directions of link {_shown(network, differs[0])} differ in {name}"
            yield _problem(message, "a link of the WAN is the same in both directions")


def _problem(message: str, hint: str) -> Finding:
    return Finding("E136", "", message, hint)


def _shown(network: Network, row: int) -> str:
    names = network.nodes.name
    return f"{names[network.links.src[row]]} to {names[network.links.dst[row]]}"


def site_names(names: list[str]) -> list[str]:
    """Names that a site file allows, all different, as near to the given ones as can be.

    Examples
    --------
    >>> site_names(["Paris", "New York", "New-York", "0"])
    ['Paris', 'New-York', 'New-York-2', 'n0']
    """
    taken: set[str] = set()
    out = []
    for name in names:
        plain = _UNFIT.sub("-", name)
        plain = (plain if plain[:1].isalpha() else f"n{plain}")[:_LONGEST]
        candidate, count = plain, 1
        while candidate in taken:
            count += 1
            candidate = f"{plain[: _LONGEST - len(str(count)) - 1]}-{count}"
        taken.add(candidate)
        out.append(candidate)
    return out


def _link(network: Network, names: list[str], number: int, row: int) -> str:
    links = network.links
    a, b = (_scalar(names[end[row]]) for end in (links.src, links.dst))
    fields: dict[str, Any] = {
        "a": a, "b": b, "rate": format_exact(float(links.capacity_bps[row]), RATE),
        "delay": format_exact(float(links.delay_s[row]), TIME), "cost": f"{links.cost[row]:.17g}",
    }  # fmt: skip
    groups = links.srlg_idx[links.srlg_ptr[row] : links.srlg_ptr[row + 1]].tolist()
    if groups:
        fields["srlg"] = "[" + ", ".join(_quoted(network.srlgs[i]) for i in groups) + "]"
    return f"    l{number}: {{{', '.join(f'{key}: {value}' for key, value in fields.items())}}}"


_WORDS = frozenset({"true", "false", "null", "y", "n", "yes", "no", "on", "off"})


def _scalar(name: str) -> str:
    """A name as YAML text; words that some readers take for a truth value are quoted."""
    return f'"{name}"' if name.lower() in _WORDS else name


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
