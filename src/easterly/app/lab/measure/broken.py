"""A cable that fails while flows are probed: it falls silent, or is pulled."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager

from easterly.app.lab import converge
from easterly.app.lab.measure import choice, notice, of_site
from easterly.app.lab.measure.anycast import protocol
from easterly.app.lab.measure.failover import gaps, waiting
from easterly.app.lab.measure.faults import pulled, silent
from easterly.app.lab.measure.flows import Flow
from easterly.app.lab.measure.probes import Probed, probing, spacing_s
from easterly.app.lab.measure.within import Within
from easterly.app.lab.routes import Table
from easterly.app.lab.running import Running
from easterly.app.lab.spaces import LabError
from easterly.study.silence import Silences

QUIET_S, PATIENCE_S = 0.3, 0.8
"""Probes before a fault, and at most after it should be over."""
CALM_S = 0.2
"""After it should be over, and once all probes have been arriving for so long, nobody waits any more."""
BACK_S = 30.0
"""Within which the planned routes should be there again."""


def breakable(lab: Running, computed: Sequence[choice.Way], fabric: choice.Fabric) -> choice.End:
    """A router and its interface on a cable that some flows use, and beside which it has another way.

    Raises
    ------
    LabError
        There is none.
    """
    end = of_site.breakable(lab, computed, fabric)
    if end is None:
        raise LabError("no router has two ways to the same hosts over other routers")
    return end


def interrupted(
    lab: Running, silences: Silences, flows: Sequence[Flow], computed: Sequence[choice.Way], end: choice.End, *,
    carrier: bool, settled_s: float = 0.0,
) -> list[Within]:  # fmt: skip
    """Break a cable until flows should go elsewhere, mend it, and hold each flow to what was to be expected.

    Parameters
    ----------
    lab : Running
        Its routers agree.
    silences : Silences
        Of its plan.
    flows : sequence of Flow
    computed : sequence of Way
        Their ways.
    end : End
        A router and its interface on the cable.
    carrier : bool
        The cable is pulled, so that this end loses its carrier; or else it falls silent.
    settled_s : float [s]
        From when on routers listen to news of interior protocols, by `time.monotonic`; see `anycast.SETTLED_S`.

    Returns
    -------
    list of Within
    """
    ends = {(flow.src_address, flow.dst_address): flow for flow in flows}
    expected = {key: notice.expected(lab, silences, end, flow, carrier=carrier) for key, flow in ends.items()}
    interior = protocol(lab.text(f"frr/{end[0]}.conf")) != "bgp"
    heard_s = settled_s - min(each.detection_low_s for each in expected.values()) if interior else 0.0
    with probing(lab.spaces, flows, every_s=spacing_s(flows, lab.slowest_bps)) as probed:
        time.sleep(max(QUIET_S, heard_s - time.monotonic()))
        with waiting() as waits:
            with _broken(lab, end, carrier=carrier):
                time.sleep(max(each.high_s for each in expected.values()) + CALM_S)
                over = time.monotonic() + PATIENCE_S - CALM_S
                while not probed.calm(CALM_S) and time.monotonic() < over:
                    time.sleep(CALM_S / 10)
                waited = waits()
                probed.stop()
            found = probed()
    made: list[Within] = []
    for key, each in expected.items():
        own = [i for i, flow in enumerate(flows) if (flow.src_address, flow.dst_address) == key]
        tracks, ways = tuple(found.tracks[i] for i in own), [computed[i] for i in own]
        late_s = waited.of(each.turns.most)
        made += gaps(Probed(tracks, found.late_s), ways, [end, lab.far[end]], each, delayed_s=late_s)
    return made


@contextmanager
def _broken(lab: Running, end: choice.End, *, carrier: bool) -> Iterator[None]:
    ends = [(lab.spaces[node], device) for node, device in (end, lab.far[end])]
    with ExitStack() as held:
        if carrier:
            held.enter_context(pulled(ends))
        else:
            for space, device in reversed(ends):
                held.enter_context(silent(space, [device]))
        yield


def mended(lab: Running, wanted: Mapping[str, Table], what: str) -> Within:
    """Wait until a lab is again what it was, its sessions too; as many routes as planned should be.

    Parameters
    ----------
    lab : Running
        Nothing is broken any more.
    wanted : mapping of str to Table
        Planned routes by router.
    what : str
        What was broken.
    """
    left = converge.routed(lab, wanted, seconds=BACK_S)
    converge.watched(lab, seconds=BACK_S)
    lacking = tuple(str(each) for own in left.values() for each in own)
    count = sum(map(len, wanted.values()))
    return Within.exactly(
        f"routes that are there again after {what}", count, count - len(lacking),
        "a cable that is mended is used as before", differences=lacking,
    )  # fmt: skip
