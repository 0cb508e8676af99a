"""Small random sites that are valid: every blueprint, with tenants, classes, jobs that fit, services and intents.

``site_dicts`` draws a site as plain maps with quantities as text, as a user would write it; ``sites`` and
``networks`` draw the nouns made from it. All counts are drawn so that they fit: nothing is filtered out.
"""

from __future__ import annotations

from math import prod
from typing import Any

from hypothesis import strategies as st

from easterly.model.network import Network
from easterly.model.spec.site import Site
from easterly.site.blueprints import build

Map = dict[str, Any]
BLUEPRINTS = (
    "leaf-spine", "rail-optimized", "rail-only", "multi-plane", "clos", "fat-tree", "ring", "torus", "dragonfly",
    "graph",
)  # fmt: skip
SWITCH = "sw"
POOLS = {"fabric": "10.64.0.0/14", "loopback": "10.80.0.0/18", "v6": "fd00:64::/40"}


@st.composite
def site_dicts(draw: st.DrawFn, max_hosts: int = 16, blueprints: tuple[str, ...] = BLUEPRINTS) -> Map:
    """A valid site as plain maps, its keys in any order."""
    names = draw(st.lists(st.sampled_from(["train", "east", "pod-a", "lab_2"]), min_size=1, max_size=2, unique=True))
    drawn = [_draw_fabric(draw, name, draw(st.sampled_from(blueprints)), max_hosts) for name in names]
    wan = draw(_wans(names))
    tenants = {name: {"vrf": draw(st.booleans())} for name in ("acme", "beta", "gamma")[: draw(st.integers(0, 3))]}
    classes = draw(_classes())
    jobs, services = _draw_work(draw, drawn, sorted(tenants), sorted(classes))
    site: Map = {
        "version": 1,
        "site": {"name": "random"},
        "hardware": {
            "switches": {SWITCH: {"ports": 64, "rate": draw(st.sampled_from(["100Gb/s", "400Gb/s", "800G"]))}}
        },
        "fabrics": {name: fabric for name, (fabric, _, _) in zip(names, drawn, strict=True)},
        "addressing": {"pools": POOLS},
        "tenants": tenants,
        "classes": classes,
        "jobs": jobs,
        "services": services,
        "intents": _draw_intents(draw, names, jobs, sorted(tenants), sorted(classes)),
        "seed": draw(st.integers(0, 2**31)),
    }
    site["hardware"]["hosts"] = {f"host-{name}": host for name, (_, host, _) in zip(names, drawn, strict=True)}
    if wan:
        site["wan"] = wan
    return dict(draw(st.permutations(list(site.items()))))


@st.composite
def sites(draw: st.DrawFn, max_hosts: int = 16, blueprints: tuple[str, ...] = BLUEPRINTS) -> Site:
    """A valid site."""
    return Site.model_validate(draw(site_dicts(max_hosts, blueprints)))


@st.composite
def networks(draw: st.DrawFn, max_hosts: int = 16, blueprints: tuple[str, ...] = BLUEPRINTS) -> Network:
    """The network of a valid site."""
    return build(draw(sites(max_hosts, blueprints)))


Drawn = tuple[Map, Map, int]


def _draw_fabric(draw: st.DrawFn, name: str, blueprint: str, max_hosts: int) -> Drawn:
    """A fabric, its host type, and the number of its hosts."""
    nics = draw(st.sampled_from([1, 2, 4]))
    host = {
        "gpus": nics * draw(st.sampled_from([1, 2])),
        "nics": nics,
        "nic_rate": draw(st.sampled_from(["100Gb/s", "400Gb/s"])),
        "scaleup": "450GB/s",
        "gpu": draw(st.sampled_from(["h100-sxm", "a100-sxm-80"])),
    }
    count = draw(st.integers(1, max_hosts))
    fabric, count = _SHAPES[blueprint](draw, f"host-{name}", nics, count)
    fabric["blueprint"] = blueprint
    if draw(st.booleans()):
        fabric["cables"] = {"host": "2m", "leaf": draw(st.sampled_from(["10m", "40m", "300m"]))}
    return fabric, host, count


def _hosts(kind: str, count: int) -> Map:
    return {"type": kind, "count": count}


def _leaf(down: int, up: int) -> Map:
    return {"type": SWITCH, "down": down, "up": up}


def _divisor(draw: st.DrawFn, number: int) -> int:
    return draw(st.sampled_from([d for d in range(1, number + 1) if number % d == 0]))


def _spine(draw: st.DrawFn, up: int) -> Map:
    """Spines: counted by us, or a number that divides the uplinks."""
    return {"type": SWITCH, **({"count": _divisor(draw, up)} if draw(st.booleans()) else {})}


def _leaf_spine(draw: st.DrawFn, kind: str, nics: int, count: int) -> tuple[Map, int]:
    leaf = _leaf(nics * draw(st.integers(2, 4)), draw(st.integers(1, 4)))
    return {"hosts": _hosts(kind, count), "leaf": leaf, "spine": _spine(draw, leaf["up"])}, count


def _rails(draw: st.DrawFn, kind: str, nics: int, count: int) -> tuple[Map, int]:
    leaf = _leaf(draw(st.integers(4, 8)), draw(st.integers(1, 4)))
    return {"hosts": _hosts(kind, count), "leaf": leaf, "spine": _spine(draw, leaf["up"])}, count


def _rail_only(draw: st.DrawFn, kind: str, nics: int, count: int) -> tuple[Map, int]:
    return {"hosts": _hosts(kind, count), "leaf": {"type": SWITCH, "down": count + draw(st.integers(0, 4))}}, count


def _planes(draw: st.DrawFn, kind: str, nics: int, count: int) -> tuple[Map, int]:
    decks, dual = _divisor(draw, nics), draw(st.booleans())
    leaf = _leaf(nics // decks * draw(st.integers(2, 4)), draw(st.integers(1, 4)))
    planes = decks * (2 if dual else 1)
    fabric = {"planes": planes, "dual_tor": dual, "hosts": _hosts(kind, count), "leaf": leaf}
    return {**fabric, "spine": _spine(draw, leaf["up"])}, count


def _clos(draw: st.DrawFn, kind: str, nics: int, count: int) -> tuple[Map, int]:
    tiers, down, up = draw(st.integers(2, 4)), draw(st.integers(2, 4)), draw(st.integers(1, 3))
    middle = {"type": SWITCH, "down": down, "up": up}
    fabric: Map = {"tiers": tiers, "hosts": _hosts(kind, count), "leaf": _leaf(nics * 2, draw(st.integers(1, 2)))}
    keys = ("spine", "super_spine", "core")[: tiers - 1]
    return {**fabric, **dict.fromkeys(keys[:-1], middle), keys[-1]: {"type": SWITCH}}, count


def _fat_tree(draw: st.DrawFn, kind: str, nics: int, count: int) -> tuple[Map, int]:
    k = draw(st.sampled_from([k for k in (2, 4, 6, 8) if k // 2 >= nics]))
    count = min(count, k * (k // 2) * (k // 2 // nics))
    return {"k": k, "switch": SWITCH, "hosts": _hosts(kind, count)}, count


def _direct(draw: st.DrawFn, kind: str, nics: int, count: int, switches: int, routings: tuple[str, ...]) -> Map:
    """What ring, torus and dragonfly share: at least so many ports down that the hosts fit."""
    down = nics * (-(-count // switches) + draw(st.integers(0, 1)))
    routing = {"routing": draw(st.sampled_from(routings))} if draw(st.booleans()) else {}
    return {"switch": SWITCH, "hosts": _hosts(kind, count), "down": down, **routing}


def _ring(draw: st.DrawFn, kind: str, nics: int, count: int) -> tuple[Map, int]:
    switches = draw(st.integers(3, 7))
    shared = _direct(draw, kind, nics, min(count, 8 * switches), switches, ("ecmp", "dimension-order", "valiant"))
    return {**shared, "switches": switches, "links": draw(st.integers(1, 3))}, shared["hosts"]["count"]


def _torus(draw: st.DrawFn, kind: str, nics: int, count: int) -> tuple[Map, int]:
    dims = draw(st.lists(st.integers(2, 4), min_size=2, max_size=3))
    wrap = draw(st.one_of(st.booleans(), st.lists(st.booleans(), min_size=len(dims), max_size=len(dims))))
    routings = ("ecmp", "dimension-order", "valiant")
    shared = _direct(draw, kind, nics, count, prod(dims), routings)
    return {**shared, "dims": dims, "wrap": wrap, "links": draw(st.integers(1, 2))}, count


def _dragonfly(draw: st.DrawFn, kind: str, nics: int, count: int) -> tuple[Map, int]:
    routers, ports = draw(st.integers(1, 4)), draw(st.integers(1, 3))
    groups = draw(st.integers(2, routers * ports + 1))
    shared = _direct(draw, kind, nics, count, routers * groups, ("ecmp", "minimal", "valiant"))
    whole = {} if groups == routers * ports + 1 and draw(st.booleans()) else {"groups": groups}
    arrangement = draw(st.sampled_from(["palmtree", "consecutive"]))
    own = {"routers": routers, "global_links": ports, "arrangement": arrangement, "links": draw(st.integers(1, 2))}
    return {**shared, **own, **whole}, count


def _graph(draw: st.DrawFn, kind: str, nics: int, count: int) -> tuple[Map, int]:
    """A random tree of switches with a few more links, and interfaces on random switches, which may all be one."""
    count = min(count, 15)
    switches = draw(st.integers(1, 5))
    nodes = {f"s{i}": {"type": SWITCH} for i in range(switches)}
    links = {f"t{i}": {"a": f"s{i}", "b": f"s{draw(st.integers(0, i - 1))}"} for i in range(1, switches)}
    for i in range(draw(st.integers(0, 3)) if switches > 1 else 0):
        a, b = draw(st.permutations(range(switches)))[:2]
        links[f"x{i}"] = {"a": f"s{a}", "b": f"s{b}", "cost": draw(st.integers(1, 3)), "srlg": ["duct"]}
    prefix = kind.replace("host-", "") + "-n"
    for h in range(count):
        nodes[f"{prefix}{h}"] = {"type": kind}
        for r in range(nics):
            links[f"h{h}r{r}"] = {"a": f"{prefix}{h}:{r}", "b": f"s{draw(st.integers(0, switches - 1))}"}
    mine = {name: f"{prefix}{name}" if name.startswith("s") else name for name in nodes}
    ends = {
        name: {**link, "a": _rename(link["a"], mine), "b": _rename(link["b"], mine)} for name, link in links.items()
    }
    return {"nodes": {mine[name]: node for name, node in nodes.items()}, "links": ends}, count


def _rename(end: str, names: dict[str, str]) -> str:
    node, colon, port = end.partition(":")
    return names[node] + colon + port


_SHAPES = {
    "leaf-spine": _leaf_spine, "rail-optimized": _rails, "rail-only": _rail_only, "multi-plane": _planes,
    "clos": _clos, "fat-tree": _fat_tree, "ring": _ring, "torus": _torus, "dragonfly": _dragonfly, "graph": _graph,
}  # fmt: skip


@st.composite
def _wans(draw: st.DrawFn, fabrics: list[str]) -> Map:
    """No WAN, or links between fabrics and places."""
    if draw(st.booleans()):
        return {}
    places = ["far", "store"][: draw(st.integers(1, 2))]
    ends = [*fabrics, *places]
    links = {}
    for i in range(draw(st.integers(1, 4))):
        a, b = draw(st.permutations(ends))[:2]
        links[f"w{i}"] = {
            "a": a,
            "b": b,
            "rate": "100Gb/s",
            "delay": draw(st.sampled_from(["1ms", "20ms"])),
            "srlg": [f"d{i % 2}"],
        }
    return {"sites": {place: {} for place in places}, "links": links}


@st.composite
def _classes(draw: st.DrawFn) -> Map:
    """One to four classes; whole percents that add up to 100, the last often as ``rest``."""
    names = ["default", "training", "inference", "storage"][: draw(st.integers(1, 4))]
    dscp = dict(zip(names, (0, 26, 46, 18), strict=False))
    shares = [draw(st.integers(1, 100 // len(names))) for _ in names[1:]]
    last: str = f"{100 - sum(shares)}%" if draw(st.booleans()) else "rest"
    written = dict(zip(names, [last, *(f"{share}%" for share in shares)], strict=True))
    return {
        name: {"dscp": dscp[name], "share": share, **({"lossless": True, "ecn": "auto"} if name == "training" else {})}
        for name, share in written.items()
    }


def _draw_work(draw: st.DrawFn, drawn: list[Drawn], tenants: list[str], classes: list[str]) -> tuple[Map, Map]:
    """Jobs and services that fill no fabric beyond its hosts."""
    jobs: Map = {}
    services: Map = {}
    for fabric, host, free in drawn:
        name = _fabric_name(fabric)
        for i in range(draw(st.integers(0, 2))):
            if free:
                hosts = draw(st.integers(1, free))
                jobs[f"{name}.job{i}"] = {
                    "fabric": name,
                    **_owner(draw, tenants, classes),
                    **_job(draw, host["gpus"], hosts),
                }
                free -= hosts
        if free >= 2 and draw(st.booleans()):
            services[f"{name}.chat"] = {
                "fabric": name,
                **_owner(draw, tenants, classes),
                **_service(draw, host["gpus"], free),
            }
    return jobs, services


def _fabric_name(fabric: Map) -> str:
    """Name of a fabric, from the host type that is named after it."""
    kinds = [fabric["hosts"]["type"]] if "hosts" in fabric else [node["type"] for node in fabric["nodes"].values()]
    return next(kind for kind in kinds if kind != SWITCH).removeprefix("host-")


def _owner(draw: st.DrawFn, tenants: list[str], classes: list[str]) -> Map:
    tenant = {"tenant": draw(st.sampled_from(tenants))} if tenants else {}
    return {**tenant, "class": draw(st.sampled_from(classes))}


def _model(layers: int) -> Map:
    return {"params": 1e9, "layers": layers, "hidden": 2048, "heads": 16, "kv_heads": 8, "seq": 1024, "vocab": 32000}


def _job(draw: st.DrawFn, gpus: int, hosts: int) -> Map:
    """A job of so many whole hosts, tensor parallel inside a host."""
    tp = _divisor(draw, gpus)
    pp = _divisor(draw, hosts * gpus // tp)
    dp = hosts * gpus // tp // pp
    return {
        "model": _model(pp * draw(st.integers(1, 3))), "parallel": {"tp": tp, "pp": pp, "dp": dp},
        "batch": dp * draw(st.integers(1, 8)), "zero": draw(st.integers(0, 3)),
    }  # fmt: skip


def _service(draw: st.DrawFn, gpus: int, free: int) -> Map:
    """Replicas of one host each."""
    prefill = draw(st.integers(1, free - 1))
    requests, hit = draw(st.integers(1, 100)), draw(st.sampled_from(["0%", "50%"]))
    return {
        "model": _model(4),
        "tp": gpus,
        "replicas": {"prefill": prefill, "decode": draw(st.integers(1, free - prefill))},
        "load": {"requests": f"{requests}/s", "prompt": 512, "prefix_hit": hit},
    }


def _draw_intents(draw: st.DrawFn, fabrics: list[str], jobs: Map, tenants: list[str], classes: list[str]) -> Map:
    """Some intents of every kind that the rest of the site allows."""
    limit = draw(st.sampled_from(["1ms", "1s", "1h"]))
    under = {"failures": {"spine": draw(st.integers(0, 1))}}
    possible: Map = {
        "ratio": {"oversubscription": {"max": draw(st.integers(1, 8))}, "fabric": fabrics[0]},
        "busy": {"utilisation": {"max": "80%"}},
        "no-loss": {"loss": "0%", "class": classes[0]},
        **{f"fast.{job}": {"job": job, "step_time": {"max": limit}, "under": under} for job in jobs},
    }
    if len(tenants) > 1:
        possible["apart"] = {"isolate": tenants[:2]}
    keep = draw(st.lists(st.sampled_from(sorted(possible)), unique=True))
    return {name: possible[name] for name in keep}
