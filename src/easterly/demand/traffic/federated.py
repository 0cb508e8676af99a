"""Federated learning: a model sent to clients at other places, updates sent back, round by round."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from easterly.base.columns import FloatColumn
from easterly.demand import transformer
from easterly.demand.ends import Ends, Piece
from easterly.demand.layout import Traffic as Moved
from easterly.demand.phases import Phase
from easterly.demand.traffic.parts import Figure, phase
from easterly.demand.traffic.way import busiest_s
from easterly.model.spec.traffic import Cohort, Federated


def model_B(work: Federated) -> float:
    """Bytes of the model as it is sent to clients."""
    return float(work.params * transformer.BYTES[work.dtype])


def update_B(work: Federated) -> float:
    """Bytes of one update."""
    return model_B(work) / work.compress


def taking_part(work: Federated, cohort: Cohort) -> float:
    """Clients of a cohort that are in one round, on average."""
    return float(cohort.count * work.sample)


def access_s(size_B: float, rate_bps: float) -> float:
    """Time of one model over one client's access.

    >>> access_s(700e9, 1e6) / 86400, access_s(700e9, 10e9)
    (64.81481481481481, 560.0)
    """
    return size_B * 8 / rate_bps


@dataclass(frozen=True, slots=True)
class Round:
    """Times of one round for one class of clients.

    Attributes
    ----------
    down_s, local_s, up_s : float [s]
        Receiving the model, training, sending the update; the first and last at the slowest of the client's access,
        the way to its place, and the server, when all clients of the round send at once.
    """

    down_s: float
    local_s: float
    up_s: float

    @property
    def time_s(self) -> float:
        """All three after each other."""
        return self.down_s + self.local_s + self.up_s


def moved(work: Federated, ends: Ends) -> tuple[Moved, Moved]:
    """Models sent out and updates that come in, in one round."""
    return (
        ends.traffic(_pieces(work, ends, model_B(work))),
        ends.traffic((dst, src, part) for src, dst, part in _pieces(work, ends, update_B(work))),
    )


def _pieces(work: Federated, ends: Ends, size_B: float) -> Iterator[Piece]:
    for place in places(work):
        count = sum(taking_part(work, c) for _, c in sorted(work.clients.items()) if c.at == place)
        copies = min(1.0, count) if work.aggregate else count
        yield ends.evenly(ends.own(work.name), ends.nodes(place), copies * size_B)


def places(work: Federated) -> list[str]:
    """Where clients are."""
    return sorted({cohort.at for cohort in work.clients.values()})


def rounds(work: Federated, ends: Ends) -> dict[str, Round]:
    """Times of a round by class of clients.

    The network's part is the time in which the busiest link on the way to the place carries all that the round puts
    on it, of other places too where they share it.
    """
    out, back = moved(work, ends)
    down_s, up_s = busiest_s(ends.network, out), busiest_s(ends.network, back)
    found = {}
    for name, cohort in sorted(work.clients.items()):
        here = ends.nodes(cohort.at)
        found[name] = Round(
            down_s=max(_longest(down_s[np.isin(out.dst, here)]), access_s(model_B(work), cohort.down)),
            local_s=cohort.local,
            up_s=max(_longest(up_s[np.isin(back.src, here)]), access_s(update_B(work), cohort.up or cohort.down)),
        )
    return found


def _longest(times: FloatColumn) -> float:
    return float(times.max(initial=0.0))


def in_time(work: Federated, found: dict[str, Round]) -> list[str]:
    """Classes of clients that end before the deadline; all if there is none."""
    limit_s = work.deadline or float("inf")
    return [name for name, one in sorted(found.items()) if one.time_s <= limit_s * (1 + 1e-9)]


def round_s(work: Federated, found: dict[str, Round]) -> float:
    """Time of a round: until the slowest class is done, or the deadline, if that comes first."""
    slowest = max(one.time_s for one in found.values())
    return min(slowest, work.deadline or slowest)


def phases(work: Federated, ends: Ends) -> list[Phase]:
    """A burst out and a burst in per round."""
    every_s = round_s(work, rounds(work, ends))
    if not 0 < every_s < float("inf"):
        return []
    out, back = moved(work, ends)
    way = "hierarchical" if work.aggregate else "central"
    return [
        phase("model", out, every_s=every_s, message_B=model_B(work), collective="broadcast", algorithm=way),
        phase("update", back, every_s=every_s, message_B=update_B(work), collective="reduce", algorithm=way),
    ]


def figures(work: Federated, ends: Ends) -> list[Figure]:
    """Round time by class, the straggler, who is in time, and the whole training."""
    found = rounds(work, ends)
    made = [Figure("model_B", model_B(work), "B", "the model as it is sent"),
            Figure("update_B", update_B(work), "B", "one update")]  # fmt: skip
    made += [Figure(f"round_of_{name}_s", one.time_s, "s", f"a round of {name}") for name, one in found.items()]
    slowest, fastest = (pick(one.time_s for one in found.values()) for pick in (max, min))
    total = sum(taking_part(work, work.clients[name]) for name in sorted(work.clients))
    there = sum(taking_part(work, work.clients[name]) for name in in_time(work, found))
    return [
        *made,
        Figure("round_s", round_s(work, found), "s", "a round, to the slowest class or the deadline"),
        Figure("straggling", slowest / fastest if fastest else 1.0, "1", "slowest over fastest class"),
        Figure("in_time", there / total if total else 1.0, "1", "share of the clients that end before the deadline"),
        Figure("training_s", round_s(work, found) * work.rounds, "s", "all rounds"),
        Figure("server_bps", _server_bps(work, ends, found), "bit/s", "mean rate at which the server sends"),
    ]


def _server_bps(work: Federated, ends: Ends, found: dict[str, Round]) -> float:
    every_s = round_s(work, found)
    return sum(moved(work, ends)[0].amount.tolist()) * 8 / every_s if 0 < every_s < float("inf") else 0.0
