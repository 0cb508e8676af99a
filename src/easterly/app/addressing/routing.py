"""Routing protocols and anycast services of a site, with the time until a failure is routed around."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from easterly import predict
from easterly.app.columns import Column
from easterly.app.text import Page
from easterly.app.values import number
from easterly.model.address import AddressPlan
from easterly.model.spec.site import Site
from easterly.model.underlays import of_fabric
from easterly.predict.failover import PROGRAMMING_S, Failover

WAN = "WAN"
MS = 1e3


def document(site: Site, made: AddressPlan) -> dict[str, Any]:
    """Protocol of each fabric and of the WAN, and services, as plain values; times in seconds."""
    return {"underlays": list(_underlays(site)), "anycast": list(_services(site, made))}


def _underlays(site: Site) -> Iterator[dict[str, Any]]:
    names = [*sorted(site.fabrics), *([WAN] if site.wan.links else [])]
    for name in names:
        underlay = of_fabric(site, "" if name == WAN else name)
        yield {
            "name": name, "protocol": underlay.protocol, "unnumbered": underlay.unnumbered,
            "stated": (site.wan if name == WAN else site.fabrics[name]).underlay is not None,
            **_times(predict.failover(underlay)),
        }  # fmt: skip


def _services(site: Site, made: AddressPlan) -> Iterator[dict[str, Any]]:
    rows = made.prefixes
    for name, spec in sorted(site.anycast.items()):
        here = np.flatnonzero((rows.role == "anycast") & (rows.owner == name))
        protocols = {of_fabric(site, fabric).protocol for fabric in site.fabrics}
        slowest = max(sorted(protocols), key=lambda protocol: PROGRAMMING_S[protocol][1])
        times = {} if spec.check is None else _times(predict.withdrawal(spec.check, slowest))
        yield {"name": name, "prefixes": rows.prefix[here].tolist(), "at": list(spec.at), "drained": list(spec.drain),
               **times}  # fmt: skip


def _times(found: Failover) -> dict[str, Any]:
    return {
        "noticed_by": found.how,
        "detection_low_s": number(found.detection_low_s), "detection_high_s": number(found.detection_high_s),
        "low_s": number(found.low_s), "high_s": number(found.high_s),
    }  # fmt: skip


def show(page: Page, found: Mapping[str, Any]) -> None:
    """The same for people; nothing where the site says nothing of it."""
    if any(row["stated"] for row in found["underlays"]):
        page.title("Routing")
        heads = ("Where", "Protocol", "Links", "Noticed by", "Detection", "Other ways in use")
        page.table(tuple(map(Column, heads)), [
            (row["name"], row["protocol"], "unnumbered" if row["unnumbered"] else "numbered", row["noticed_by"],
             _range(row, "detection_"), _range(row, "")) for row in found["underlays"]
        ])  # fmt: skip
    if found["anycast"]:
        page.title("Anycast")
        columns = (Column("Service"), Column("Address"), Column("At", gives_way=True), Column("Withdrawn after"))
        page.table(columns, [
            (row["name"], ", ".join(row["prefixes"]), ", ".join(row["at"]),
             _range(row, "") if "low_s" in row else "never")
            for row in found["anycast"]
        ])  # fmt: skip


def _range(row: Mapping[str, Any], word: str) -> str:
    return f"{row[f'{word}low_s'] * MS:,.0f} to {row[f'{word}high_s'] * MS:,.0f} ms"
