"""Topologies of TopoHub by their names (Jurkiewicz 2023, SoftwareX 24:101540): ``topohub:sndlib/geant``.

The package is optional (``pip install easterly[topohub]``); its data stays in it. It has no capacities, so that
``--rate`` gives all links the same one; it has lengths of links in km, and those are carried. The demands of its
``sndlib`` group have no unit: without ``--unit`` they are ratios.
"""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path
from typing import Any

from easterly.base.findings import nearest
from easterly.site.formats.demands import Demands
from easterly.site.formats.draft import Arc, Draft
from easterly.site.formats.found import Found
from easterly.site.formats.values import Values, fit_name, number

PREFIX = "topohub:"
PLANE = ("gabriel",)
"""Groups whose places lie on a plane, not on the Earth."""


def name_in(source: str | Path) -> str | None:
    """Name of a topology of TopoHub in a source; none if it is a file.

    Examples
    --------
    >>> name_in("topohub:sndlib/geant"), name_in("geant.json")
    ('sndlib/geant', None)
    """
    text = str(source)
    return text[len(PREFIX) :].strip() if text.lower().startswith(PREFIX) else None


def stem(name: str) -> str:
    """Name of a network: the last part of its name, all parts where that is a number.

    Examples
    --------
    >>> stem("sndlib/geant"), stem("gabriel/25/0")
    ('geant', 'gabriel-25-0')
    """
    last = name.rpartition("/")[2]
    return fit_name(name.replace("/", "-") if last.isdecimal() else last) or "imported"


def document(name: str, found: Found) -> dict[str, Any] | None:
    """Document of a topology; none, with a finding, where there is no such one."""
    try:
        data = resources.files("topohub") / "data"
    except ModuleNotFoundError:
        hint = "install it: pip install 'easterly[topohub]'"
        found.error("E139", "the package topohub, which has the topologies, is not installed", hint=hint)
        return None
    with resources.as_file(data) as folder:
        names = sorted(path.relative_to(folder).with_suffix("").as_posix() for path in folder.rglob("*.json"))
        if name not in names:
            found.error("E139", f"topohub has no topology {name!r}", hint=_hint(name, names))
            return None
        loaded = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
        assert isinstance(loaded, dict)
        return loaded


def _hint(name: str, names: list[str]) -> str:
    """The name that was meant: in other letters, in another group, or nearly so."""
    low = name.lower()
    same = [known for known in names if known.lower() == low or known.lower().rpartition("/")[2] == low]
    if same:
        return f"did you mean {same[0]}?"
    groups: dict[str, dict[str, str]] = {}
    for known in names:
        of, _, rest = known.partition("/")
        groups.setdefault(of, {})[rest.lower()] = known
    group, _, rest = low.rpartition("/") if low.partition("/")[0] not in groups else low.partition("/")
    among = groups.get(group) or {rest: known for of in groups.values() for rest, known in of.items()}
    near = nearest(rest, sorted(among))
    if near is not None:
        return f"did you mean {among[near]}?"
    count = f"{len(among):,} in the group {group}" if group in groups else f"{len(names):,}"
    return f"it has {count}; its groups are {', '.join(groups)}: see https://www.topohub.org"


def read(topology: dict[str, Any], name: str, draft: Draft, demands: Demands, values: Values) -> None:
    """Read a topology into a draft and its demands; nodes are named by their names where these tell them apart."""
    on_earth = name.partition("/")[0] not in PLANE
    labels: dict[str, Any] = {}
    for node in topology["nodes"]:
        place = draft.place(node["id"], at=f"node/{node['id']}", line=None)
        if place is not None:
            labels[place.key] = node.get("name")
            if on_earth and "pos" in node:
                place.longitude, place.latitude = (float(x) for x in node["pos"])
    draft.label(labels)
    for i, edge in enumerate(topology["edges"]):
        length_m = number(edge["dist"]) * 1e3 if "dist" in edge else None
        ends = str(edge["source"]), str(edge["target"])
        draft.arc(Arc(*ends, f"edges/{i}", None, None, both=True, length_m=length_m))
    _demands(topology["graph"].get("demands") or {}, draft, demands, values)


def _demands(table: dict[str, dict[str, Any]], draft: Draft, demands: Demands, values: Values) -> None:
    unit = values.units.rate_bps
    if table and unit is None:
        demands.unit = None
        message = "the demands have no unit: they are taken as ratios"
        draft.found.note("E121", message, hint="name the unit, if they are rates: --unit Mb/s")
    for src, row in table.items():
        for dst, value in row.items():
            demand = number(value) * (1.0 if unit is None else unit)
            demands.add(draft.places[src].name, draft.places[dst].name, demand, at=f"demands/{src}/{dst}")
