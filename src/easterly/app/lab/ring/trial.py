"""Ring all-reduces predicted and measured: on a star of equal links, and with one of them at half its rate."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np

from easterly.app.lab.comparison import Comparison
from easterly.app.lab.ring.measured import Ranks, ranks
from easterly.app.lab.ring.predicted import Framing, Predicted, predict, site_text
from easterly.app.lab.ring.star import Star, star
from easterly.base.columns import FloatColumn, floats
from easterly.base.schema import Doc, Unit

TIMES = (1.0, 1.25)
"""Nothing is faster than its links; beside the data, acknowledgements take 1 % to 4 %, and the rest is start-up."""
IDLE = [3, 4]
"""Columns of /proc/stat in which nothing is done: idle, and waiting for disks."""
KINDS = {"own": "", "gloo": " by gloo"}


@dataclass(frozen=True, slots=True)
class Setting:
    """What is tried."""

    hosts: Annotated[int, Doc("Hosts.")] = 4
    rate_bps: Annotated[int, Unit("bit/s"), Doc("Rate of each link, in frames from the Ethernet header on.")] = 10**8
    size_B: Annotated[int, Unit("B"), Doc("The array: a multiple of 4.")] = 4_000_000
    repetitions: Annotated[int, Doc("Measured all-reduces of each case; one more before them warms up.")] = 5

    mtu_B: Annotated[int, Unit("B"), Doc("Largest IP packet.")] = 1500

    @property
    def framing(self) -> Framing:
        """Data in frames."""
        return Framing(self.mtu_B)

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
        return site_text(self.rates_bps(halved=halved), self.size_B, self.framing)


@dataclass(frozen=True, slots=True)
class Run:
    """All-reduces of one case."""

    framing: Annotated[Framing, Doc("Data in frames.")]
    kind: Annotated[str, Doc("Implementation: own or gloo.")]
    halved: Annotated[bool, Doc("Whether one link is at half the rate.")]
    predicted: Annotated[Predicted, Doc("What the site says.")]
    time_s: Annotated[FloatColumn, Unit("s"), Doc("(R,) from the first rank's beginning to the last one's end.")]
    sent_B: Annotated[float, Unit("B"), Doc("What all hosts sent in one, headers included; mean.")]
    busy: Annotated[float, Unit("1"), Doc("Share of the processors' time that anybody used meanwhile.")]

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
    with (
        star(setting.hosts, setting.mtu_B) as made,
        ranks(made, setting.size_B, seconds=patience_s, kind=kind, python=python) as all_,
    ):
        even, halved = (_run(setting, made, all_, kind, each, halved=half) for half, each in enumerate(said))
    return even, halved


def _run(setting: Setting, made: Star, all_: Ranks, kind: str, predicted: Predicted, *, halved: int) -> Run:
    made.limit(setting.rates_bps(halved=bool(halved)))
    all_.all_reduce()  # finds neighbours, opens windows
    before_B, before = sum(made.sent_B()), _ticks()
    time_s = floats([all_.all_reduce() for _ in range(setting.repetitions)])
    sent_B, used = sum(made.sent_B()) - before_B, _ticks() - before
    return Run(
        setting.framing, kind, bool(halved), predicted, time_s, sent_B / setting.repetitions,
        1 - float(used[IDLE].sum() / max(used.sum(), 1)),
    )  # fmt: skip


def _ticks() -> FloatColumn:
    """(8,) ticks of all processors by what they did: the first line of /proc/stat, see proc(5)."""
    first = Path("/proc/stat").read_text(encoding="ascii").splitlines()[0]
    return floats([float(word) for word in first.split()[1:9]])


def comparisons(runs: Sequence[Run]) -> Iterator[Comparison]:
    """Times, and bytes on the wire, of each run beside what its site says.

    Nothing is sent twice, and for each segment there is at most one acknowledgement (RFC 5681, section 4.2).
    """
    for run in runs:
        yield Comparison(run.name, run.predicted.time_s, run.median_s, "s", TIMES)
        wire_B = sum(run.predicted.sent_B) / run.framing.share
        most = 1 + run.framing.ack_B / run.framing.frame_B
        yield Comparison(f"bytes of all hosts in an {run.name}", wire_B, run.sent_B, "B", (1.0, most))


def controls(runs: Sequence[Run]) -> Iterator[Comparison]:
    """The same with predictions of the wrong link, which must not be good: else the comparisons above say nothing."""
    for run, other in zip(runs, reversed(runs), strict=True):
        what = f"{run.name}; predicted for {'equal links' if run.halved else 'one at half its rate'}"
        yield Comparison(what, other.predicted.time_s, run.median_s, "s", TIMES)
