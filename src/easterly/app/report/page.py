"""The page: templates, styles, scripts and data, put together."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from easterly.app.report import sections, serving, standing, waiting
from easterly.app.report.artefacts import artefacts
from easterly.app.report.engineering import engineering
from easterly.app.report.join import STATIC, joined
from easterly.app.report.measure import grouped
from easterly.app.report.qos import qos
from easterly.app.report.steps import steps
from easterly.app.report.view import view
from easterly.app.tried import Tried
from easterly.model.plan import Plan

UPLOT = "vendor/uplot/uPlot.iife.min.js"
SHARERS = 3


def render(
    plan: Plan, document: Mapping[str, Any], run: Mapping[str, Any] | None = None, *, assets: str | None = None,
    tried: Tried | None = None,
) -> str:  # fmt: skip
    """The report as text.

    Parameters
    ----------
    plan : Plan
    document : mapping
        The ``plan.json`` document.
    run : mapping, optional
        The ``run.json`` document.
    assets : str, optional
        Where the static files are served, such as ``/static``; without it they are put into the page.
    tried : Tried, optional
        What a lab found.

    Returns
    -------
    str
        HTML.
    """
    data = view(plan) if len(plan.network.links) else None
    shared = _sharers(data, sections.top_links(document, sections.HOTTEST)) if data else {}
    return environment().get_template("report.html").render(
        header=sections.header(document),
        verdicts=sections.verdicts(document),
        jobs=sections.jobs(document),
        steps=steps(document),
        services=serving.services(document),
        traffic=serving.traffic(document),
        directions=serving.directions(document),
        hashing=sections.hashing(document),
        engineering=engineering(document),
        qos=qos(document),
        packets=_packets(plan, document),
        waiting=waiting.section(document),
        hottest=sections.hottest(document, shared),
        queues=sections.queues(document),
        failures=standing.failures(document),
        placement=standing.placement(document),
        bill=sections.bill(document),
        pools=sections.pools(document),
        prefixes=_prefixes(document),
        handed_out=sections.handed_out(document),
        findings=sections.findings(document),
        lab=_lab(tried),
        artefacts=artefacts(plan, document, run),
        data=pack(data) if data else None,
        links=len(plan.network.cables),
        unserved=document.get("unserved") or [],
        assets=assets,
        policy=None if assets else _policy(),
        styles=Markup(_text("vendor/uplot/uPlot.min.css") + _text("report.css") + _text("plots.css")),
        uplot=Markup(_text(UPLOT)),
        script=Markup(joined()),
    )  # fmt: skip


def _prefixes(document: Mapping[str, Any]) -> dict[str, Any] | None:
    from easterly.app.report import prefixes

    return prefixes.section(prefixes.planned(document["address"])) if document["address"] else None


def _packets(plan: Plan, document: Mapping[str, Any]) -> dict[str, Any] | None:
    from easterly.app.report.predicted import section

    made = None if plan.packets is None else plan.packets.prediction
    return section(document.get("packets"), made, plan.qos.traffic_class.tolist())


def _lab(tried: Tried | None) -> dict[str, Any] | None:
    from easterly.app.report import lab

    return None if tried is None else lab.section(tried)


def pack(data: Mapping[str, Any]) -> str:
    """Data as JSON, compressed without a time stamp, in base64."""
    text = json.dumps(data, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return base64.b64encode(gzip.compress(text.encode(), 9, mtime=0)).decode()


@cache
def environment() -> Environment:
    """Templates that escape everything and know no undefined name."""
    made = Environment(
        loader=PackageLoader("easterly.app.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters["grouped"] = grouped
    return made


def _policy() -> str:
    """Content policy: our two scripts and nothing else may run, and nothing may be loaded."""
    hashes = " ".join(f"'sha256-{_hash(text)}'" for text in (_text(UPLOT), joined()))
    return f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data:; base-uri 'none'"


def _hash(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


@cache
def _text(name: str) -> str:
    return (STATIC / name).read_text("utf-8")


def _sharers(data: Mapping[str, Any], rows: list[Mapping[str, Any]]) -> dict[str, str]:
    """Names of those who send over each of a few links, the largest sender first."""
    wanted = {row["id"] for row in rows}
    devices, cables, shared = data["devices"], data["cables"], data["shared"]
    names = [owner["name"] for owner in data["owners"]]
    found: dict[str, list[tuple[float, str]]] = defaultdict(list)
    at = 0
    for i, count in enumerate(shared["count"]):
        a, b = (_end(devices, cables[end][i], cables[f"{end}_port"][i]) for end in "ab")
        for link, way in ((f"{a}>{b}", "up"), (f"{b}>{a}", "down")):
            if link in wanted:
                entries = range(at, at + count)
                found[link] = sorted((-shared[way][k], names[shared["owner"][k]]) for k in entries if shared[way][k])
        at += count
    return {link: _listed([name for _, name in senders]) for link, senders in found.items() if senders}


def _end(devices: Mapping[str, Any], device: int, port: int) -> str:
    return f"{devices['name'][device]}:{'nic' if devices['nic'][device] else 'swp'}{port}"


def _listed(names: list[str]) -> str:
    more = len(names) - SHARERS
    return ", ".join(names[:SHARERS]) + (f" and {more} more" if more > 0 else "")
