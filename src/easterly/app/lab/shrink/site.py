"""A whole site cut to size: its fabrics together, what runs on them, and what is said about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Annotated, Any, NoReturn

import numpy as np

from easterly.app.lab.cables import MOST_HOSTS, MOST_ROUTERS
from easterly.app.lab.shrink import direct, ratios, tiered, works
from easterly.app.lab.shrink.asked import HOSTS, NODES, written
from easterly.app.lab.shrink.ground import EACH, Ground
from easterly.app.lab.shrink.shape import Shape, Sizes, grown
from easterly.base.counts import counted
from easterly.base.findings import Finding, FindingsError
from easterly.base.schema import Doc
from easterly.model.network import LinkKind, Network
from easterly.model.spec.site import Site

KEPT = (
    "version", "site", "hardware", "fabrics", "wan", "addressing", "tenants", "isolation", "classes", "qos", "jobs",
    "protocols", "seed",
)  # fmt: skip
"""Parts of a site file that a lab needs; works of every kind become jobs."""
SHAPES: dict[str, Callable[[Ground], Shape]] = {
    "leaf-spine": tiered.leaf_spine, "rail-optimized": tiered.rail_optimized, "rail-only": tiered.rail_only,
    "multi-plane": tiered.multi_plane, "clos": tiered.clos, "fat-tree": tiered.fat_tree, "ring": direct.ring,
    "torus": direct.torus, "dragonfly": direct.dragonfly,
}  # fmt: skip
USUAL = 24
"""Nodes of a lab where nothing else is asked for: it is up within seconds."""
WORDS = {"nics": "interfaces of a host", "units": "units of leaves", "super_spines": "super-spines"}


@dataclass(frozen=True, slots=True)
class Smaller:
    """A site cut to size."""

    data: Annotated[dict[str, Any], Doc("The site file in plain values.")]
    said: Annotated[tuple[str, ...], Doc("What is otherwise than in the site.")]


def shrunk(data: Mapping[str, Any], site: Site, network: Network, wanted: Mapping[str, int]) -> Smaller:
    """Make every fabric of a site smaller, and fit what runs on it.

    Tiers, protocols, tenants and classes stay. So does, by lower rates, what each tier carries down over what it
    carries up. Of leaves, spines, pods and hosts about the same part is left of each, and two where
    there were several. What they compute is another, small model.

    Parameters
    ----------
    data : mapping
        The site file in plain values.
    site : Site
        As it was read.
    network : Network
        As it was built.
    wanted : mapping of str to int
        Sizes as `sizes` reads them. What is absent is as large as `nodes` allows.

    Returns
    -------
    Smaller

    Raises
    ------
    FindingsError
        E440, a fabric that cannot be made smaller, or not as small as that.
    ValueError
        A size that no fabric has, or more works of tenants than hosts.
    """
    made = {key: deepcopy(value) for key, value in data.items() if key in KEPT}
    shapes = {name: shape for name in site.fabrics if (shape := _shape(data, site, network, name, wanted)) is not None}
    sizes = _sizes(shapes, network, wanted)
    gone = sorted(key for key in data if key not in (*KEPT, "services", "traffic"))
    said = [f"left out: {', '.join(gone)}"] if gone else []
    made["jobs"] = {}
    for name in site.fabrics:
        if name in shapes:
            said += _cut(made, network, shapes[name], sizes[name])
        gpus, hosts = _room(made, network, name)
        for job, (work, count) in works.placed(name, works.running(data, name), hosts, gpus).items():
            made["jobs"][job] = work
            said.append(f"{job}: a job on {counted(count, 'host')} with {works.SMALL}")
    lost = sorted({*data.get("jobs", {}), *data.get("services", {}), *data.get("traffic", {})} - set(made["jobs"]))
    return Smaller(made, (*said, *([f"left out: {', '.join(lost)}"] if lost else [])))


def _shape(data: Mapping[str, Any], site: Site, network: Network, name: str, wanted: Sizes) -> Shape | None:
    """What a fabric has to be made smaller; nothing where each node is written out, which stays as it is."""
    given, at = data["fabrics"][name], f"fabrics/{name}"
    blueprint = given["blueprint"]
    if blueprint == "graph":
        if NODES in wanted and _nodes(network, name) > wanted[NODES]:
            _refuse(f"{at}/blueprint", f"every node and cable of {name} is written out, and none stands for others",
                    "leave nodes out in a copy of the file, or ask for no fewer than it has")  # fmt: skip
        return None
    if given.get("dual_tor"):
        _refuse(f"{at}/dual_tor", "an interface with a port in two planes is a bonded one, and a lab has none",
                "set dual_tor to false in a copy of the file, with twice the interfaces of half the rate")  # fmt: skip
    return SHAPES[blueprint](_ground(data, site, network, name))


def _ground(data: Mapping[str, Any], site: Site, network: Network, name: str) -> Ground:
    spec, given, hardware = site.fabrics[name], data["fabrics"][name], data["hardware"]
    kind = given["hosts"]["type"]
    nodes = network.nodes
    borders = int(((nodes.fabric == name) & (nodes.role == ratios.BORDER)).sum())
    structure = next(each for each in network.structures if each.fabric == name)
    worst = ratios.by_tier(network, name)
    return Ground(
        name, given, spec, site.hardware.hosts[kind], hardware["hosts"][kind], hardware["switches"],
        tuple(structure.numbers.tolist()), given["hosts"]["count"], min(borders, 2), _links_bps(network, name),
        tuple(worst[tier] for tier in sorted(worst)), works.tenanted(works.running(data, name)),
    )  # fmt: skip


def _links_bps(network: Network, fabric: str) -> tuple[float, ...]:
    """Rate of the links of hosts, then of those below each higher tier, or between switches of one."""
    nodes, links = network.nodes, network.links
    rows = np.flatnonzero((nodes.fabric[links.src] == fabric) & (nodes.role[links.src] != ratios.BORDER)
                          & (nodes.fabric[links.dst] == fabric) & (nodes.role[links.dst] != ratios.BORDER))  # fmt: skip
    below = np.minimum(nodes.tier[links.src[rows]], nodes.tier[links.dst[rows]])
    rates = [links.capacity_bps[rows[below == level]] for level in np.unique(below)]
    assert all(links.kind[rows] != LinkKind.WAN)
    return tuple(float(each[0]) for each in rates)


def _sizes(shapes: Mapping[str, Shape], network: Network, wanted: Mapping[str, int]) -> dict[str, dict[str, int]]:
    """Sizes of all fabrics together: those that are asked for, and others as large as there is room."""
    fixed = {name: _fixed(shape, wanted) for name, shape in shapes.items()}
    unknown = sorted(set(wanted) - {NODES} - {each for shape in shapes.values() for each in _known(shape)})
    if unknown:
        names = {each for shape in shapes.values() for each in _known(shape)}
        raise ValueError(f"shrink has {unknown[0]}, which no fabric of this site has: write {written(sorted(names))}")
    outside = _nodes(network) - sum(_nodes(network, name) for name in shapes)
    most = wanted.get(NODES, USUAL)

    def room(sizes: Mapping[str, Sizes]) -> bool:
        routers = sum(shapes[name].routers(each) + shapes[name].others for name, each in sizes.items())
        hosts = sum(shapes[name].hosts(each) for name, each in sizes.items())
        return outside + routers + hosts <= most and routers <= MOST_ROUTERS and hosts <= MOST_HOSTS

    least = outside + sum(
        shape.nodes({**{each: size.least for each, size in shape.sizes.items()}, **fixed[name]})
        for name, shape in shapes.items()
    )
    if NODES in wanted and least > most:
        _refuse("fabrics", f"with all tiers, tenants and ways to choose from, no fewer than {least} nodes are possible",
                f"ask for {NODES}={least}, or for a copy of the file with fewer fabrics")  # fmt: skip
    return grown(shapes, fixed, room)


def _fixed(shape: Shape, wanted: Mapping[str, int]) -> dict[str, int]:
    """Sizes of one fabric that are asked for; leaves of a rail-optimized one are those of all rails."""
    own = {name: number for name, number in wanted.items() if name in _known(shape)}
    if "units" in shape.sizes and "leaves" in own:
        nics = min(shape.sizes["nics"].was, own.get("nics", own["leaves"]))
        own |= {"nics": nics, "units": max(1, own.pop("leaves") // nics)}
    if HOSTS in own:
        own[EACH] = 1
    return own


def _known(shape: Shape) -> set[str]:
    """Sizes that can be asked for of a fabric."""
    own = set(shape.sizes) - {EACH, "units"}
    return {
        *own,
        HOSTS,
        *({"leaves"} if "units" in shape.sizes else set()),
        *({"nics"} if "planes" not in own else set()),
    }


def _cut(made: dict[str, Any], network: Network, shape: Shape, sizes: Sizes) -> list[str]:
    """Write a smaller fabric and its models; what became of it."""
    name = shape.name
    try:
        cut = shape.make(sizes)
    except ValueError as error:
        _refuse(f"fabrics/{name}", f"no rates of its tiers keep their ratios in that size: {error}",
                "ask for other sizes")  # fmt: skip
    fabric = {key: value for key, value in cut.fabric.items() if value is not None}
    made["fabrics"][name] = fabric
    made["hardware"]["hosts"][fabric["hosts"]["type"]] = dict(cut.host)
    made["hardware"]["switches"].update(cut.switches)
    now, was = fabric["hosts"]["count"], int((network.hosts.fabric == name).sum())
    parts = [
        f"{counted(now, 'host')} of {was:,}",
        f"{counted(cut.host['gpus'], 'GPU')} and {counted(cut.host['nics'], 'interface')} each",
        *(f"{WORDS.get(each, each)} {sizes[each]} of {size.was}" for each, size in shape.sizes.items()
          if each != EACH and sizes[each] != size.was),
    ]  # fmt: skip
    said = [f"{name}: {', '.join(parts)}"]
    return [*said, *([f"{name}: as oversubscribed as planned, with {', '.join(cut.rates)}"] if cut.rates else [])]


def _room(made: Mapping[str, Any], network: Network, name: str) -> tuple[int, int]:
    """GPUs of a host, and hosts, of a fabric."""
    fabric = made["fabrics"][name]
    if "hosts" in fabric:
        return made["hardware"]["hosts"][fabric["hosts"]["type"]]["gpus"], fabric["hosts"]["count"]
    gpus = network.hosts.gpus[network.hosts.fabric == name]
    return int(gpus.min(initial=1 << 30)), len(gpus)


def _nodes(network: Network, fabric: str | None = None) -> int:
    """Routers and hosts, of one fabric or of all."""
    keep = network.transit if fabric is None else network.transit & (network.nodes.fabric == fabric)
    return int(keep.sum()) + sum(fabric in (None, each) for each in network.hosts.fabric.tolist())


def _refuse(at: str, message: str, hint: str) -> NoReturn:
    raise FindingsError([Finding("E440", at, message, hint)])
