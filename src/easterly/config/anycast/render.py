"""Checks of every router that announces services, and what runs them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from easterly.config.templates import template
from easterly.model.outcome import Artifact
from easterly.model.router import Router

PROGRAM = "anycast/watch.py"
KERNEL, CONFIG_DB = "kernel", "config_db"


def render(routers: Iterable[Router], path: str = "anycast/{}.json", table: str = KERNEL) -> list[Artifact]:
    """``anycast/<device>.json`` for each router that announces a service, the program that reads it, and its unit.

    The announcement is bound to the check by the kernel's table: the program sets a route to the host of a service
    that is well, or the service's address on ``lo``; and BGP's ``network``, or the redistribution of kernel routes
    into OSPF and IS-IS, tells what is in the table and nothing else.

    Parameters
    ----------
    routers : iterable of Router
    path : str
        Of the checks of a router.
    table : str
        Where a route to a service is set: the kernel's, or SONiC's ``CONFIG_DB``.

    Returns
    -------
    list of Artifact
        None at all where no router announces a service.
    """
    files = [
        Artifact(path.format(router.name), _text(router, table), router.name, "anycast", f"anycast checks {table}")
        for router in routers if router.anycast
    ]  # fmt: skip
    if not files:
        return []
    program = Path(__file__).with_name("watch.py").read_text(encoding="utf-8")
    unit = template("anycast/anycast.service.j2").render()
    return [
        *files,
        Artifact(PROGRAM, program, "", "anycast", "anycast program"),
        Artifact("anycast/anycast.service", unit, "", "anycast", "anycast unit"),
    ]


def _text(router: Router, table: str) -> str:
    rows = [asdict(service) for service in router.anycast]
    where = {} if table == KERNEL else {"table": table}
    return json.dumps({"router": router.name, **where, "services": rows}, indent=1) + "\n"
