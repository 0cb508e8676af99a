"""Ring all-reduces predicted and measured: on a star of equal links, and with one of them at half its rate."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np

from easterly.app.lab.comparison import Comparison
from easterly.app.lab.ring.measured import Ranks, ranks
from easterly.app.lab.ring.predicted import ACK_B, EFFICIENCY, FRAME_B, Predicted, predict, site_text
from easterly.app.lab.ring.star import Star, star
from easterly.base.columns import FloatColumn, floats
from easterly.base.schema import Doc, Unit

TIMES = (1.0, 1.25)
"""Nothing is faster than its links; beside the data, acknowledgements take 1 % to 4 %, and the rest is start-up."""
BYTES = (1.0, 1 + ACK_B / FRAME_B)
"""Nothing is sent twice, and for each segment there is at most one acknowledgement (RFC 5681, section 4.2)."""
KINDS = {"own": "", "gloo": " by gloo"}


@dataclass(frozen=True, slots=True)
class Setting:
    """What is tried."""

    hosts: Annotated[int, Doc("Hosts.")] = 4
    rate_bps: Annotated[int, Unit("bit/s"), Doc("Rate of each link, in frames from the Ethernet header on.")] = 10**8
    size_B: Annotated[int, Unit("B"), Doc("The array: a multiple of 4.")] = 4_000_000
    repetitions: Annotated[int, Doc("Measured all-reduces of each case; one more before them warms up.")] = 5

    @property
    def slow(self) -> int:
        """The host whose link is slower in the second case."""
        return self.hosts // 2

    def rates_bps(self, *, halved: bool) -> list[int]:
        """Rate of the link of each host."""
        rates_bps = [self.rate_bps] * self.hosts
        if halved:
            rates_bps[self.slow] //= 2
        return rates_bps

    def site(self, *, halved: bool = False) -> str:
        """The same as a site file."""
        return site_text(self.rates_bps(halved=halved), self.size_B)


@dataclass(frozen=True, slots=True)
class Run:
    """All-reduces of one case."""

    kind: Annotated[str, Doc("Implementation: own or gloo.")]
    halved: Annotated[bool, Doc("Whether one link is at half the rate.")]
    predicted: Annotated[Predicted, Doc("What the site says.")]
    time_s: Annotated[FloatColumn, Unit("s"), Doc("(R,) from the first rank's beginning to the last one's end.")]
    sent_B: Annotated[float, Unit("B"), Doc("What all hosts sent in one, headers included; mean.")]

    @property
    def median_s(self) -> float:
        """Median of the times."""
        return float(np.median(self.time_s))

    @property
    def name(self) -> str:
        """What is compared."""
        return f"all-reduce{KINDS[self.kind]}, {'one link at half its rate' if self.halved else 'equal links'}"


def try_ring(setting: Setting, *, kind: str = "own", python: str = sys.executable) -> tuple[Run, Run]:
    """Predict and measure both cases, one after the other on the same namespaces and connections.

    Parameters
    ----------
    setting : Setting
    kind : str
        ``own`` or ``gloo``.
    python : str
        What runs the ranks.

    Returns
    -------
    Run, Run
        With equal links, and with one at half its rate.

    Raises
    ------
    LabError
        The lab does not work here, or a sum was wrong.
    """
    said = [predict(setting.site(halved=halved)) for halved in (False, True)]
    patience_s = 20.0 + 10 * said[1].time_s
    with star(setting.hosts) as made, ranks(made, setting.size_B, seconds=patience_s, kind=kind, python=python) as all_:
        even, halved = (_run(setting, made, all_, kind, each, halved=half) for half, each in enumerate(said))
    return even, halved


def _run(setting: Setting, made: Star, all_: Ranks, kind: str, predicted: Predicted, *, halved: int) -> Run:
    made.limit(setting.rates_bps(halved=bool(halved)))
    all_.all_reduce()  # finds neighbours, opens windows
    before_B = sum(made.sent_B())
    time_s = floats([all_.all_reduce() for _ in range(setting.repetitions)])
    sent_B = (sum(made.sent_B()) - before_B) / setting.repetitions
    return Run(kind, bool(halved), predicted, time_s, sent_B)


def comparisons(runs: Sequence[Run]) -> Iterator[Comparison]:
    """Times, and bytes on the wire, of each run beside what its site says."""
    for run in runs:
        yield Comparison(run.name, run.predicted.time_s, run.median_s, "s", TIMES)
        data_B = sum(run.predicted.sent_B)
        yield Comparison(f"bytes of all hosts in an {run.name}", data_B / EFFICIENCY, run.sent_B, "B", BYTES)


def controls(runs: Sequence[Run]) -> Iterator[Comparison]:
    """The same with predictions of the wrong link, which must not be good: else the comparisons above say nothing."""
    for run, other in zip(runs, reversed(runs), strict=True):
        what = f"{run.name}; predicted for {'equal links' if run.halved else 'one at half its rate'}"
        yield Comparison(what, other.predicted.time_s, run.median_s, "s", TIMES)
