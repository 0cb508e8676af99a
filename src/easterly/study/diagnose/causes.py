"""Causes of slow jobs, and what each makes of every sign on a given site."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from easterly.base.units import RATE, SIZE, TIME, format_short
from easterly.study.diagnose.figures import Figures, Hashing
from easterly.study.diagnose.signs import FLAT, LEVELS, MANY, NONE, SIGNS, SOME, WHEN, WHO, Around, Expected, Odds

CERTAIN, LIKELY, OPEN, RARE, FAR = 3.0, 1.0, 0.5, 0.1, 0.02
"""Odds before anything is seen: of what the plan itself says is at work; of what it gives ground for; of faults of
which it says nothing; of what is seldom, or hardly felt; of what it gives no ground for."""
ONE_GROUND = 0.97
"""A cause that leaves so much of the bandwidth explains no lack of it."""
SMALL_WINDOW_B = 65_535
"""Largest TCP window without scaling (RFC 7323, section 2.2)."""
LINUX_WINDOW_B = 3 * 2**20
"""Half of Linux' usual largest receive buffer of 6 MiB, which is what it offers."""
TIMEOUT_S, RDMA_TIMEOUT_S = 0.2, 1.07
"""Least retransmission timeout of Linux; 4.096 us times 2 to the 18th, as collective libraries set interfaces to."""
BROAD = Around(0.5, 3.0)
"""Bandwidth where a cause leaves any."""
CONSTANT, CHANGING, SINCE, AT_TIMES = (
    Odds(dict(zip(WHEN, row, strict=True)))
    for row in ((75, 15, 3, 7), (15, 70, 10, 5), (25, 15, 3, 57), (3, 22, 72, 3))
)
SAME, OTHER = Odds({"same": 9, "other": 1}), Odds({"same": 1, "other": 9})
ALL_OF_THEM, SOME_OF_THEM, ONE_OF_THEM = (
    Odds(dict(zip(WHO, row, strict=True))) for row in ((70, 25, 5), (20, 70, 10), (4, 16, 80))
)


@dataclass(frozen=True, slots=True)
class Cause:
    """One explanation.

    Attributes
    ----------
    name : str
    what : str
        In words.
    why : str
        What the site says of it, with numbers.
    remedy : str
    odds : float
        Before anything is seen, relative to the others.
    expects : mapping of str to Around or Odds
        By sign; the rest is as usual.
    """

    name: str
    what: str
    why: str
    remedy: str
    odds: float
    expects: Mapping[str, Expected] = field(default_factory=dict)


def causes_of(made: Figures, step_s: float = 0.0) -> list[Cause]:
    """Every cause that is known, with what it comes to on this site.

    Parameters
    ----------
    made : Figures
    step_s : float [s]
        A step as it is measured; as it is planned, if 0.
    """
    late = 1 + (RDMA_TIMEOUT_S if made.lossless else TIMEOUT_S) / (step_s or made.step_s or 1.0)
    return [
        *_paths(made), *_congestion(made, late), *_parts(made, late), *_ends(made), *_settings(made, late),
        Cause("other", "something else", "no sign is likelier by it than another", "look at what is below", RARE,
              dict.fromkeys(SIGNS, FLAT) | {
                  name: Odds(dict.fromkeys(sign.words, 1.0)) for name, sign in SIGNS.items() if sign.words
              }),
    ]  # fmt: skip


def _reached(made: Figures, share: float, factor: float = 1.08) -> dict[str, Expected]:
    """What a step and its collectives make of a bandwidth."""
    return {
        "bandwidth": Around(share, factor), "slowdown": Around(made.slowdown(share), 1 + 2 * (factor - 1)),
        "collective": Around(1 / max(share, 0.01), factor), "when": CONSTANT,
    }  # fmt: skip


def _congested(made: Figures) -> dict[str, Expected]:
    """Full queues: pauses where nothing may be lost, else drops and what is sent again."""
    if made.lossless:
        return {"pauses": MANY, "marks": MANY, "drops": NONE, "retransmissions": NONE}
    return {"drops": SOME, "retransmissions": SOME, "marks": SOME}


def _paths(made: Figures) -> Iterator[Cause]:
    hashed, spread = _hashed(made)
    marks = {"marks": SOME, "pauses": Odds({"none": 60, "some": 35, "many": 5}) if made.lossless else NONE}
    yield Cause(
        "hash-collisions", "connections that hashing puts on the same links",
        f"one connection from each interface uses {made.used:.0%} of the parallel links and reaches "
        f"{made.permutation.share:.0%} of an even split in a permutation, four {made.several.share:.0%}"
        + (f"; the collectives of {made.job} reach {hashed.share:.0%} of an even split, {hashed.low:.0%} with bad luck"
           if made.job else ""),
        "more connections per pair (jobs.NAME.connections, NCCL_IB_QPS_PER_CONNECTION), a hash that tells queue pairs "
        "apart, flowlets or spraying",
        CERTAIN if hashed.share < ONE_GROUND else FAR,
        _reached(made, hashed.share, spread) | marks | {
            "imbalance": Around(hashed.imbalance, 1.4), "restart": OTHER, "who": SOME_OF_THEM,
            "tail": Around(1.1, 1.15),
        },
    )  # fmt: skip
    alike = made.alike if made.job else Hashing(1.0, 1.0, 1.0)
    worse = made.hashed.share - alike.share > 0.02
    yield Cause(
        "polarised-hashing", "switches of all tiers that hash alike, so that the upper ones have no choice left",
        f"with one seed everywhere {alike.share:.0%} of an even split is reached, with seeds of their own "
        f"{made.hashed.share:.0%}" if worse else "here one seed everywhere would change nothing",
        "a seed per switch or per tier (fabric.hash.seed)", OPEN if worse else FAR,
        _reached(made, alike.share, 1.15) | marks | {
            "imbalance": Around(alike.imbalance, 1.4), "restart": SAME, "who": SOME_OF_THEM, "tail": Around(1.1, 1.15),
        },
    )  # fmt: skip
    share = 1 / made.oversubscription
    yield Cause(
        "oversubscription", "less capacity above the leaves than below",
        f"the worst tier has 1/{made.oversubscription:.3g} of what is below it",
        "more uplinks or spines, or a placement that keeps more of the traffic under one leaf (easterly place)",
        LIKELY if share < ONE_GROUND else FAR,
        _reached(made, share, 1.15) | _congested(made) | {
            "restart": SAME, "imbalance": Around(1.1, 1.2), "who": ALL_OF_THEM, "tail": Around(1.1, 1.2),
        },
    )  # fmt: skip


def _hashed(made: Figures) -> tuple[Hashing, float]:
    """What collisions leave, and within which factor: of a job as planned, else over one to four connections."""
    if made.job:
        return made.hashed, max(made.hashed.share / made.hashed.low, 1.1)
    one, several = made.permutation, made.several
    middle = (one.share * several.share) ** 0.5
    return Hashing(middle, one.low, one.imbalance), 1.2 * max((several.share / one.share) ** 0.5, 1.0)


def _congestion(made: Figures, late: float) -> Iterator[Cause]:
    yield Cause(
        "incast", "many senders to one interface at once, whose queue overflows",
        f"up to {made.fan_in:,} send to one interface at once here" if made.fan_in > 1 or made.job else
        "how many send at once is not known without a job",
        "fewer senders at a time, hierarchical aggregation, marks that begin earlier, a larger share of the buffer",
        LIKELY if made.fan_in > 2 or not made.job else FAR,
        {"collective": Around(1.6, 2.5), "slowdown": Around(1.4, 2.0), "bandwidth": BROAD,
         "when": CHANGING, "who": SOME_OF_THEM, "imbalance": SIGNS["imbalance"].usual,
         "server_cpu": Around(0.6, 1.6), "drops_at": Odds({"leaf": 80, "spine": 10, "wan": 5, "host": 5}),
         "tail": Around(2.0, 2.5) if made.lossless else Around(2 * late, 4.0),
         **_congested(made), **({} if made.lossless else {"drops": MANY, "retransmissions": MANY})},
    )  # fmt: skip
    yield Cause(
        "bursts", "bursts that meet in the spine and overflow its queues for moments",
        "counters over seconds do not show it: only drops, or queues sampled within a millisecond",
        "pacing, marks that begin earlier, a larger dynamic threshold, more spines", OPEN,
        {"collective": Around(1.3, 1.5), "slowdown": Around(1.2, 1.4), "bandwidth": Around(0.75, 1.4), "when": CHANGING,
         "imbalance": Around(1.5, 1.5), "drops_at": Odds({"leaf": 20, "spine": 70, "wan": 5, "host": 5}),
         "tail": Around(1.6, 2.0), **_congested(made)},
    )  # fmt: skip
    named = ", ".join(made.others[:3]) + (" and others" if len(made.others) > 3 else "")
    yield Cause(
        "interference", "others on the same links",
        f"{named} share{'s' if len(made.others) == 1 else ''} links with it: its step takes {made.beside:.3g} times as "
        "long as alone" if made.others else
        "nothing else on the site uses its links" if made.job else "who shares links is not known without a job",
        "a class of its own with a share, another placement, another time",
        LIKELY if made.beside > 1.02 or not made.job else OPEN if made.others else FAR,
        {"slowdown": Around(max(made.beside, 1.1), 1.5), "tail": Around(1.5, 1.8), "when": CHANGING,
         "collective": Around(1.4, 1.6), "bandwidth": Around(0.7, 1.5), "who": SOME_OF_THEM, **_congested(made)},
    )  # fmt: skip
    every = made.checkpoint_every_s
    yield Cause(
        "checkpoints", "checkpoints or data that are written or read at intervals",
        f"a checkpoint is written every {format_short(every, TIME)}" if every else "the site names no checkpoint",
        "write in the background, another class, other interfaces", LIKELY if every else OPEN,
        {"when": AT_TIMES, "tail": Around(3.0, 3.0), "slowdown": Around(1.03, 1.05), "collective": Around(1.05, 1.1),
         "bandwidth": Around(0.95, 1.1), "restart": SAME},
    )  # fmt: skip


def _parts(made: Figures, late: float) -> Iterator[Cause]:
    for each in made.lost:
        role = each.what.split()[1]
        yield Cause(
            f"lost-{role}", f"{each.what} is down, or its links are",
            f"{each.share:.0%} of the bandwidth is left, and a step takes {each.slowdown:.3g} times as long",
            "bring it back; compare states of all links with the plan (easterly failures)",
            OPEN if each.slowdown > 1.01 or each.share < ONE_GROUND else RARE,
            _reached(made, each.share * made.hashed.share) | {
                "slowdown": Around(each.slowdown, 1.1), "down": Odds({"yes": 95, "no": 5}),
                "down_at": Odds({role: 1}), "when": SINCE,
                "restart": SAME, "imbalance": Around(1.3, 1.4), "tail": Around(1.1, 1.2),
            },
        )  # fmt: skip
    yield Cause(
        "flapping-link", "a link that goes down and comes back",
        f"what is on its way is lost each time: a step in which it happens takes {late:.2g} times as long, or more",
        "the log of the switch names the port: clean or replace the optic, raise the hold-down timer", OPEN,
        {"tail": Around(2 * late, 4.0), "when": CHANGING, "slowdown": Around(1.05, 1.1), "retransmissions": SOME,
         "down": Odds({"no": 70, "yes": 30}), "errors": SOME, "who": SOME_OF_THEM, "bandwidth": Around(0.9, 1.2),
         "collective": Around(1.1, 1.2)},
    )  # fmt: skip
    yield Cause(
        "bad-optic", "an optic or a cable with errors, whose packets are sent again",
        "go-back-N sends everything behind a lost packet again: a loss of 0.1 % can take half of the rate of its flows",
        "clean or replace it; until then take the link down", OPEN,
        {"errors": Odds({"none": 4, "some": 48, "many": 48}), "retransmissions": SOME, "reordering": SOME,
         "who": SOME_OF_THEM, "slowdown": Around(1.5, 2.0), "tail": Around(late, 4.0), "collective": Around(1.8, 2.0),
         "bandwidth": BROAD, "when": Odds({"always": 4, "sometimes": 4, "periodic": 1, "since": 3})},
    )  # fmt: skip


def _ends(made: Figures) -> Iterator[Cause]:
    yield Cause(
        "straggler", "one host computes more slowly, and all wait for it in the collective",
        "a collective is only as early as the last that joins it: its time grows, and the network is idle",
        "take the host out (heat, power cap, a failing GPU or memory), or give it less", LIKELY,
        {"compute_skew": Around(1.3, 1.25), "who": ONE_OF_THEM, "collective": Around(1.5, 1.8), "restart": SAME,
         "slowdown": Around(1.25, 1.3), "bandwidth": BROAD, "tail": Around(1.15, 1.3)},
    )  # fmt: skip
    yield Cause(
        "busy-servers", "processors of parameter or storage servers that cannot keep up",
        f"up to {made.fan_in:,} workers answer to one interface" if made.fan_in > 1 else
        "a server has the packets of all its workers to handle",
        "more servers or shards, RDMA, interrupts spread over cores, larger frames",
        LIKELY if made.fan_in > 2 else OPEN,
        {"server_cpu": Around(0.93, 1.08), "collective": Around(1.4, 1.4), "slowdown": Around(1.25, 1.3),
         "bandwidth": BROAD, "who": ALL_OF_THEM, "restart": SAME, "tail": Around(1.4, 1.5)},
    )  # fmt: skip
    yield Cause(
        "busy-hosts", "processors of workers that cannot keep up",
        "one busy core is enough: look at each, not at the mean",
        "interrupts and threads next to their interface, RDMA, larger frames", OPEN,
        {"host_cpu": Around(0.93, 1.08), "collective": Around(1.4, 1.4), "slowdown": Around(1.25, 1.3),
         "bandwidth": BROAD, "restart": SAME, "tail": Around(1.3, 1.4)},
    )  # fmt: skip
    reach = made.reach
    yield Cause(
        "small-messages", "messages too small to fill the line",
        f"at the sizes of {made.job}, {reach:.0%} of the line rate is reached" if made.job else
        "sizes are not known without a job",
        "larger buckets, fused collectives, fewer and larger micro-batches", LIKELY if reach < ONE_GROUND else FAR,
        _reached(made, reach, 1.1) | {"restart": SAME, "imbalance": Around(1.05, 1.1), "tail": Around(1.05, 1.1)},
    )  # fmt: skip


def _settings(made: Figures, late: float) -> Iterator[Cause]:
    bdp_B = made.rate_bps * made.rtt_s / 8
    small = min(1.0, SMALL_WINDOW_B / bdp_B) if bdp_B > 0 else 1.0
    largest = min(1.0, LINUX_WINDOW_B / bdp_B) if bdp_B > 0 else 1.0
    share = largest if largest < ONE_GROUND else small
    yield Cause(
        "small-window", "fewer bytes in flight than the path holds",
        f"{format_short(made.rate_bps, RATE)} over {format_short(made.rtt_s, TIME)} there and back hold "
        f"{format_short(bdp_B, SIZE)}: a window of 64 KiB reaches {small:.0%}, one of 3 MiB {largest:.0%}",
        "window scaling, larger socket buffers, more outstanding messages",
        OPEN if largest < ONE_GROUND else RARE if share < ONE_GROUND else FAR,
        _reached(made, share, 1.3) | {"restart": SAME, "imbalance": Around(1.05, 1.1), "tail": Around(1.05, 1.1)},
    )  # fmt: skip
    yield Cause(
        "early-marks", "marks that begin so early that senders slow down before a link is full",
        "a threshold below a seventh of rate times round trip cannot keep a link busy (DCTCP)",
        "raise Kmin and Kmax (easterly buffers, easterly qos --explain)", OPEN,
        {"marks": MANY, "bandwidth": Around(0.85, 1.15), "slowdown": Around(1.1, 1.15), "collective": Around(1.18, 1.2),
         "when": CONSTANT, "restart": SAME, "imbalance": Around(1.1, 1.2), "tail": Around(1.05, 1.1)},
    )  # fmt: skip
    yield Cause(
        "pause-spreading", "pauses that spread from a slow receiver to those who do not send to it",
        "the class is lossless: a receiver that does not drain stops its leaf, then all that cross it" if made.lossless
        else "the class is not lossless: nothing is paused",
        "find the port that pauses first; a watchdog, marks below xoff, a smaller receive side",
        LIKELY if made.lossless else FAR,
        {"pauses": Odds(dict(zip(LEVELS, (2, 18, 80), strict=True))), "marks": SOME, "slowdown": Around(1.6, 2.0),
         "tail": Around(4.0, 4.0), "collective": Around(2.0, 2.0), "bandwidth": BROAD, "when": CHANGING,
         "who": SOME_OF_THEM},
    )  # fmt: skip
    yield Cause(
        "wrong-class", "packets that are not marked for the class of the job, and are dropped like any other",
        "its class is lossless: a drop of its packets means that they are in another" if made.lossless else
        "its class may lose packets anyway",
        "set the code point at the hosts (NCCL_IB_TC), trust it at every port", LIKELY if made.lossless else FAR,
        {"drops": Odds({"none": 5, "some": 50, "many": 45}), "retransmissions": MANY, "pauses": NONE,
         "reordering": SOME, "slowdown": Around(1.6, 2.0), "tail": Around(2 * late, 4.0),
         "collective": Around(2.0, 2.0), "restart": SAME, "bandwidth": BROAD, "when": CHANGING, "who": SOME_OF_THEM},
    )  # fmt: skip
