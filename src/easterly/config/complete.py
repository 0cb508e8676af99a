"""The whole configuration of switches: routes, classes and access lists in the words of their makers."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from easterly.config import access, anycast, switches
from easterly.config.eos import routing as eos
from easterly.config.eos.avd.check import structured
from easterly.config.frr.render import shape
from easterly.config.junos import routing as junos
from easterly.config.nxos import routing as nxos
from easterly.config.sheet import Sheet
from easterly.config.sonic import routing as sonic
from easterly.config.switches.machine import Machine, Naming, machines
from easterly.model.isolation import Isolation
from easterly.model.network import Network
from easterly.model.outcome import Artifact
from easterly.model.qos import QosPlan
from easterly.model.router import Router
from easterly.model.spec.site import Site


@dataclass(frozen=True, slots=True)
class System:
    """An operating system: names of interfaces, text of routes, name of the file."""

    naming: Naming
    render: Callable[[Machine], str]
    path: str
    switched: Callable[[Machine, str], str] = lambda machine, text: text
    """Text of classes and access lists, for a switch whose ports to hosts are in VLANs."""


SYSTEMS = {
    "eos": System(eos.NAMING, eos.render, "eos/{}.cfg"),
    "junos": System(junos.NAMING, junos.render, "junos/{}.set", junos.switched),
    "nxos": System(nxos.NAMING, nxos.render, "nxos/{}.cfg"),
    "sonic": System(sonic.NAMING, sonic.render, "sonic/{}.json"),
}


def render(
    site: Site, network: Network, sheet: Sheet, routers: Iterable[Router], qos: QosPlan, isolation: Isolation | None,
    name: str,
) -> list[Artifact]:  # fmt: skip
    """One file for each switch of a system, and the sheet of what its text cannot say.

    Parameters
    ----------
    site : Site
        Switches whose model names the system; where none does, every switch and WAN router is written as if it did.
    network : Network
    sheet : Sheet
    routers : iterable of Router
    qos : QosPlan
    isolation : Isolation or None
    name : str
        One of `SYSTEMS`.

    Returns
    -------
    list of Artifact
    """
    system, spec = SYSTEMS[name], running(site, name)
    parts = defaultdict[str, list[str]](list)
    made = switches.render(spec, network, qos)
    lists = [] if isolation is None else access.render(spec, network, sheet, isolation)
    for file in (*made, *lists):
        if file.dialect == name and file.device:
            parts[file.device].append(file.text)
    files = []
    found = machines(spec, network, sheet, routers, system.naming, name, alone=spec is not site)
    for machine in found:
        router = machine.router
        beside = [system.switched(machine, text) for text in parts[router.name]]
        text = _joined([system.render(machine), *beside], system.path)
        files.append(Artifact(system.path.format(router.name), text, router.name, name, _shape(name, router)))
        if name == "sonic" and sonic.beside(router):
            own = f"sonic/{router.name}.frr.conf"
            files.append(Artifact(own, sonic.frr_text(machine), router.name, "frr", f"sonic {shape(router)}"))
    if name == "sonic":
        files += anycast.render((m.router for m in found), "sonic/{}.anycast.json", anycast.CONFIG_DB)
    sheets = [file for file in made if file.dialect == "csv"]
    if spec is not site:  # every system has one of its own then, beside that of the site as it is
        sheets = [replace(file, path=f"{name}/{file.path}") for file in sheets]
    return [*files, *sheets]


def structures(
    site: Site, network: Network, sheet: Sheet, routers: Iterable[Router], qos: QosPlan, isolation: Isolation | None
) -> dict[str, Callable[[], dict[str, Any]]]:
    """What makes the facts of each switch of EOS into Arista's data model, by the path of its whole file.

    Parameters
    ----------
    site : Site
    network : Network
    sheet : Sheet
    routers : iterable of Router
    qos : QosPlan
    isolation : Isolation or None
    """
    spec, system = running(site, "eos"), SYSTEMS["eos"]
    classes = {
        switch.device: dialect.fit(switch) for dialect, switch in switches.settings(spec, network, qos)
        if dialect.name == "eos"
    }  # fmt: skip
    planned = () if isolation is None else access.planned(spec, network, sheet, isolation)
    lists = {found.device: found for dialect, found in planned if dialect.name == "eos"}
    found = machines(spec, network, sheet, routers, system.naming, "eos", alone=spec is not site)
    return {
        system.path.format(m.router.name): partial(structured, m, classes.get(m.router.name), lists.get(m.router.name))
        for m in found
    }


def running(site: Site, system: str) -> Site:
    """The site, with all its switches running a system where none of them says so.

    Parameters
    ----------
    site : Site
    system : str

    Returns
    -------
    Site
        The same one where a model names the system.
    """
    models = site.hardware.switches
    if any(model.os == system for model in models.values()):
        return site
    changed = {key: model.model_copy(update={"os": system}) for key, model in models.items()}
    return site.model_copy(update={"hardware": site.hardware.model_copy(update={"switches": changed})})


def _joined(texts: list[str], path: str) -> str:
    if path.endswith(".json"):
        return json.dumps(_merged(map(json.loads, texts)), indent=1, sort_keys=True) + "\n"
    [first, *rest] = texts
    named = ("hostname ", "set system host-name ")
    return first + "".join(
        "".join(line for line in text.splitlines(keepends=True) if not line.startswith(named)) for text in rest
    )


def _merged(found: Iterable[dict[str, dict[str, dict[str, Any]]]]) -> dict[str, dict[str, dict[str, Any]]]:
    """Tables of several files as one: rows of one key have the fields of all.

    >>> _merged([{"A": {"x": {"p": "1"}}}, {"A": {"x": {"q": "2"}, "y": {}}}])
    {'A': {'x': {'p': '1', 'q': '2'}, 'y': {}}}
    """
    tables: dict[str, dict[str, dict[str, Any]]] = {}
    for each in found:
        for table, rows in each.items():
            for key, row in rows.items():
                tables.setdefault(table, {}).setdefault(key, {}).update(row)
    return tables


def _shape(name: str, router: Router) -> str:
    words = [
        "leaf" if router.edge else "transit",
        *(["tables"] if router.tables else []),
        *(["far"] if router.far else []),
    ]
    return " ".join([name, *words])
