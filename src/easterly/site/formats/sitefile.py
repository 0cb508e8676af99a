"""Site files from networks: a topology becomes the WAN, fabrics become ``graph`` blueprints."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from easterly.base.findings import Finding, FindingsError, Severity
from easterly.model.network import Network, NodeKind
from easterly.site.formats import sitegraph
from easterly.site.formats.yamltext import flow, scalar, site_names


def write(network: Network) -> str:
    """Text of a site file with the network as its WAN, or as its fabrics.

    Names become names of the site file: other characters than letters, digits and ``_ . -`` turn into ``-``.

    Raises
    ------
    FindingsError
        E136 where a site file cannot say what the network has: fabrics and a WAN at once, links in one direction
        only, directions that differ.
    """
    is_wan = bool((network.nodes.kind == NodeKind.WAN).all())
    problems = [*_problems(network), *(() if is_wan else sitegraph.problems(network))]
    if problems:
        raise FindingsError(Finding("E136", "", message, hint) for message, hint in problems)
    lines = ["version: 1", f"site: {{name: {scalar(site_names([network.name])[0])}}}"]
    return "\n".join([*lines, *(_wan(network) if is_wan else sitegraph.write(network))]) + "\n"


def notes(network: Network) -> Iterator[Finding]:
    """What a site file says otherwise than the network, or does not say."""
    names = list(dict.fromkeys(network.nodes.device.tolist()))
    changed = [(old, new) for old, new in zip(names, site_names(names), strict=True) if old != new]
    if changed:
        old, new = changed[0]
        message = f"{len(changed):,} of {len(names):,} names were changed, such as {old!r} to {new!r}"
        hint = "names of a site file start with a letter and have letters, digits and _ . - only"
        yield Finding("E137", "", message, hint, Severity.NOTE)
    lost = sitegraph.left_out(network)
    if lost:
        hint = "write .json or .graphml to keep them"
        yield Finding("E136", "", f"labels of nodes are left out: {', '.join(lost)}", hint, Severity.NOTE)


def _problems(network: Network) -> Iterator[tuple[str, str]]:
    links, reverse = network.links, network.links.reverse
    single = np.flatnonzero(reverse < 0)
    if len(single):
        yield f"link {_shown(network, single[0])} has no other direction", "add its reverse to the source"
    both = np.flatnonzero(reverse >= 0)
    for name in ("capacity_bps", "delay_s", "cost"):
        column = getattr(links, name)
        differs = both[column[both] != column[reverse[both]]]
        if len(differs):
            message = f"the directions of link {_shown(network, differs[0])} differ in {name}"
            yield message, "a link of a site file is the same in both directions"


def _shown(network: Network, row: int) -> str:
    names = network.nodes.name
    return f"{names[network.links.src[row]]} to {names[network.links.dst[row]]}"


def _wan(network: Network) -> Iterator[str]:
    names = [scalar(name) for name in site_names(network.nodes.name.tolist())]
    yield from ("fabrics: {}", "wan:", "  sites:")
    yield from (f"    {name}: {{}}" for name in names)
    if len(network.cables):
        yield "  links:"
    for i, row in enumerate(network.cables.tolist()):
        ends: dict[str, Any] = {"a": names[network.links.src[row]], "b": names[network.links.dst[row]]}
        yield f"    l{i}: {flow(ends | sitegraph.link_fields(network, row))}"
