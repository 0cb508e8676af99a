"""Where trust ends: what ports believe, and meters on what comes in."""

from __future__ import annotations

import math

from easterly.base.columns import FloatColumn, floats, ints, texts
from easterly.base.units import RATE, TIME, format_short
from easterly.model.qos import Policers
from easterly.model.spec.site import Site
from easterly.qos.memory.formulas import bdp_B
from easterly.qos.planning.ledger import Ledger
from easterly.qos.planning.marking import Classes
from easterly.qos.planning.ports import WAN, Ports

FRAMES = 10
AF = range(1, 5)
Row = tuple[int, int, str, float, float, float, float, str, str]


def trust(site: Site, made: Ports, ledger: Ledger) -> list[str]:
    """What each group believes of the marks that come in: all of them, or those of the plan."""
    several = len(site.tenants) > 1
    ledger.add(
        "trust", "inside the fabric the code point; of hosts that several tenants share, and from the WAN, only code "
        "points of the plan, all others become 0", "RFC 2475, section 2.3.3: an edge conditions what it takes in",
        f"{len(site.tenants)} tenants",
    )  # fmt: skip
    return [
        "known" if made.faces[g] == WAN or (several and made.faces_host(g)) else "dscp" for g in range(len(made))
    ]  # fmt: skip


def policers(site: Site, made: Ports, rtt_s: FloatColumn, classes: Classes, ledger: Ledger) -> Policers:
    """Meters at ports towards hosts and the WAN.

    A strict class is held to its share wherever it enters, or it could starve the others. From the WAN every class
    that may drop is metered too: what is above its share is let in only as the first to be dropped.
    """
    rows: list[Row] = []
    for g in range(len(made)):
        if made.is_host(g) or not (made.faces_host(g) or made.faces[g] == WAN):
            continue
        for row, c in enumerate(classes.specs):
            rate_bps = classes.share[row] * float(made.rate_bps[g])
            burst_B = max(FRAMES * site.qos.mtu, bdp_B(rate_bps, float(rtt_s[g])))
            if rate_bps <= 0 or (c.lossless and made.faces[g] != WAN):
                continue
            if c.priority == "strict":
                rows.append((g, row, "srtcm", rate_bps, burst_B, math.nan, 0.0, "drop", "drop"))
            elif made.faces[g] == WAN:
                top_B = max(FRAMES * site.qos.mtu, bdp_B(float(made.rate_bps[g]), float(rtt_s[g])))
                rows.append(
                    (g, row, "trtcm", rate_bps, burst_B, float(made.rate_bps[g]), top_B, _yellow(c.dscp), "drop")
                )
            else:
                continue
            _explain(classes, made, rtt_s, g, row, ledger)
    return _table(rows)


def _yellow(dscp: int) -> str:
    """The next drop precedence of an assured-forwarding class; other code points have none."""
    kind, level = dscp >> 3, (dscp & 7) >> 1
    if kind in AF and dscp & 1 == 0 and level in (1, 2):
        return f"dscp {dscp + 2}"
    return "keep"


def _explain(classes: Classes, made: Ports, rtt_s: FloatColumn, g: int, row: int, ledger: Ledger) -> None:
    ledger.add(
        "policers", "CIR share x rate; CBS CIR x round trip, at least ten frames: a whole window may come at once",
        "RFC 2697, RFC 2698; yellow as RFC 2597; burst by choice",
        f"{classes.share[row]:.4g} x {format_short(float(made.rate_bps[g]), RATE)}, "
        f"{format_short(float(rtt_s[g]), TIME)}", group=g, traffic_class=row,
    )  # fmt: skip


def _table(rows: list[Row]) -> Policers:
    group, cls, algorithm, cir, cbs, pir, pbs, yellow, red = zip(*rows, strict=True) if rows else ((),) * 9
    return Policers(
        ints(group), ints(cls), texts(algorithm), floats(cir), floats(cbs), floats(pir), floats(pbs), texts(yellow),
        texts(red),
    )  # fmt: skip
