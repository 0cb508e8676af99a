"""What less communication does to the throughput of training."""

from __future__ import annotations

import math

from easterly.verify.follow.statement import Follows, Statement, percent

SAME = 0.005
"""Relative distance within which two ratios are one: claims come with two digits."""


def throughput_ratio(share: float, cut: float, *, exposed: float | None = None, batch: float = 1.0) -> float:
    """Throughput after over before, where communication takes less time and a step holds more samples.

    Of a step of length 1 communication lasts `share`, and computing waits `exposed` of it; the rest is hidden behind
    computing. Afterwards it lasts ``share (1 - cut)``, computing takes `batch` times as long and hides so many times
    as much: the law of Amdahl (1967), with overlap. Without overlap and at the same batch this is
    ``1 / (1 - share cut)``.

    Parameters
    ----------
    share : float [1]
        Time of communication over that of the step.
    cut : float [1]
        Part of that time that goes away.
    exposed : float [1], optional
        What the step waits for, over its time; `share` if absent: nothing is hidden.
    batch : float [1]
        Samples of a step after over before.

    Raises
    ------
    ValueError
        A share that is none, more exposed than there is, or a batch that is not above 0.

    Examples
    --------
    >>> throughput_ratio(0.5, 0.4), round(throughput_ratio(0.5, 0.4, exposed=0.1), 4)
    (1.25, 1.1111)
    """
    waits = _asked(share, cut, exposed)
    if not 0 < batch < math.inf:
        raise ValueError(f"batch is {batch:g}: it must be a number above 0")
    left = max(0.0, share * (1 - cut) - (share - waits) * batch)
    step = (1 - waits) * batch + left
    return batch / step if step > 0 else math.inf


def _asked(share: float, cut: float, exposed: float | None) -> float:
    """Exposed share, and a refusal of what is no share."""
    waits = share if exposed is None else exposed
    for name, value in (("share", share), ("cut", cut), ("exposed", waits)):
        if not 0 <= value <= 1:
            raise ValueError(f"{name} is {value:g}: it must be a share, from 0 to 1")
    if waits > share:
        raise ValueError(f"exposed is {waits:g} of a step, and communication lasts only {share:g} of it (share)")
    return waits


def _gone(ratio: float) -> float:
    """Part of a step that has to go away for a ratio of throughput."""
    if not 1 <= ratio < math.inf:
        raise ValueError(f"ratio is {ratio:g}: it must be a number from 1 on, such as 1.25")
    return 1 - 1 / ratio


def share_needed(ratio: float, cut: float) -> float:
    """Least time of communication over that of a step for which a cut gives so much throughput.

    ``(1 - 1 / ratio) / cut``; with overlap, ``1 - 1 / ratio`` of the step has to be exposed besides.

    Parameters
    ----------
    ratio : float [1]
        Throughput after over before, 1.25 for 25 % more.
    cut : float [1]
        Part of the time of communication that goes away.

    Returns
    -------
    float [1]
        Infinite where no share is enough.

    Raises
    ------
    ValueError
        A ratio below 1, or a cut that is no share.

    Examples
    --------
    >>> round(share_needed(1.25, 0.4), 12), share_needed(2.0, 0.4)
    (0.5, inf)
    """
    gone = _gone(ratio)
    _asked(0.0, cut, None)
    needed = gone / cut if cut > 0 else (0.0 if gone == 0 else math.inf)
    return needed if needed <= 1 else math.inf


def cut_needed(ratio: float, share: float, *, exposed: float | None = None) -> float:
    """Part of the time of communication that has to go away for so much throughput.

    Parameters
    ----------
    ratio, share, exposed : float [1]
        See `throughput_ratio`.

    Returns
    -------
    float [1]
        Infinite where even no communication at all is not enough.

    Raises
    ------
    ValueError
        A ratio below 1, or a share that is none.

    Examples
    --------
    >>> round(cut_needed(1.5, 0.5), 4), cut_needed(1.5, 0.5, exposed=0.2)
    (0.6667, inf)
    """
    gone, waits = _gone(ratio), _asked(share, 0.0, exposed)
    if gone > waits:
        return math.inf
    return gone / share if share > 0 else 0.0


def batch_needed(ratio: float, share: float, cut: float, *, exposed: float | None = None) -> float:
    """Samples of a step, after over before, that give so much throughput together with a cut.

    Communication does not grow with the batch, computing does: ``R a (1 - x) / (1 - R (1 - a))`` for a ratio R, a
    share a and a cut x, solved from `throughput_ratio`.

    Parameters
    ----------
    ratio, share, cut, exposed : float [1]
        See `throughput_ratio`.

    Returns
    -------
    float [1]
        Infinite where no batch is enough.

    Raises
    ------
    ValueError
        A ratio below 1, or a share that is none.

    Examples
    --------
    >>> round(batch_needed(1.25, 0.4, 0.0), 12)
    2.0
    """
    gone, waits = _gone(ratio), _asked(share, cut, exposed)
    if gone >= waits > 0 or (waits == 0 and gone > 0):
        return math.inf
    return ratio * share * (1 - cut) / (1 - ratio * (1 - share)) if share > 0 else 1.0


def healthy_share(share: float, slow: float) -> float:
    """Exposed communication before a slowdown, where all of the slowdown is communication.

    A step of length 1 became `slow`, of which communication is `share`: before, ``share slow - (slow - 1)``.

    Parameters
    ----------
    share : float [1]
        Exposed communication over the time of the slow step.
    slow : float [1]
        The slow step over the healthy one.

    Returns
    -------
    float [1]
        Over the time of the healthy step; negative where the slowdown is more than all communication.

    Raises
    ------
    ValueError
        A share that is none, or a slowdown below 1.

    Examples
    --------
    >>> healthy_share(0.5, 1.5)
    0.25
    """
    _asked(share, 0.0, None), _gone(slow)
    return share * slow - (slow - 1)


def speedup_claim(
    cut: float, ratio: float, *, share: float | None = None, exposed: float | None = None, slow: float | None = None,
    batch: float = 1.0,
) -> tuple[Statement, ...]:  # fmt: skip
    """Whether a cut of communication explains a gain of throughput, and whether the gain makes good for a slowdown.

    Parameters
    ----------
    cut, ratio : float [1]
        What is claimed: part of the time of communication that went away; throughput after over before.
    share, exposed : float [1], optional
        What is known of the step; see `throughput_ratio`.
    slow : float [1], optional
        The step before, over the one when all was well: 1.5 for half as long again.
    batch : float [1]
        Samples of a step, after over before.

    Raises
    ------
    ValueError
        A number out of its range.

    Examples
    --------
    >>> speedup_claim(0.4, 1.25)[0].needs
    'it would need communication to take 50% of the step, 20% of it exposed'
    """
    if share is None and exposed is not None:
        raise ValueError("exposed is a part of communication: say how long that takes (share)")
    said = [_explained(cut, ratio, share, exposed, batch)]
    if slow is not None:
        said += _made_good(cut, ratio, share if exposed is None else exposed, slow)
    return tuple(said)


def _explained(cut: float, ratio: float, share: float | None, exposed: float | None, batch: float) -> Statement:
    claim = f"{percent(cut)} less communication gives {ratio:.4g}x the throughput"
    claim += f" with {batch:.4g}x the batch" if batch != 1 else ""
    if share is None:
        throughput_ratio(0.0, cut, batch=batch)
        if batch != 1:
            raise ValueError("batch is of use where it is said how long communication takes (share)")
        needed = share_needed(ratio, cut)
        because = f"ratio = 1 / (1 - share x {percent(cut)})"
        if math.isinf(needed):
            most = 1 / (1 - cut) if cut < 1 else math.inf
            return Statement(Follows.CONTRADICTED, claim, f"{because} is {most:.4g} at most, where a step is nothing "
                             "but communication", "something else has changed too, such as the batch")  # fmt: skip
        needs = f"it would need communication to take {percent(needed)} of the step, {percent(_gone(ratio))} of it"
        return Statement(Follows.OPEN, claim, because, f"{needs} exposed")
    found = throughput_ratio(share, cut, exposed=exposed, batch=batch)
    because = f"with {percent(share)} of the step" + (f", {percent(exposed)} exposed" if exposed is not None else "")
    because += f", it gives {found:.4g}x"
    if abs(found / ratio - 1) <= SAME:
        return Statement(Follows.FOLLOWS, claim, because)
    return Statement(Follows.NOT, claim, because, _instead(cut, ratio, share, exposed, found))


def _instead(cut: float, ratio: float, share: float, exposed: float | None, found: float) -> str:
    """What would give the ratio, where the cut gives another."""
    if found > ratio:
        return "something else took part of it away again"
    ways = []
    other, batch = cut_needed(ratio, share, exposed=exposed), batch_needed(ratio, share, cut, exposed=exposed)
    if math.isfinite(other):
        ways.append(f"{percent(other)} less communication")
    if math.isfinite(batch) and batch > 0:
        ways.append(f"{batch:.4g}x the batch besides")
    if exposed is None and math.isfinite(share_needed(ratio, cut)):
        ways.append(f"communication to take {percent(share_needed(ratio, cut))} of the step")
    if not ways:
        most = throughput_ratio(share, 1.0, exposed=exposed)
        return f"no communication at all would give {most:.4g}x: the rest has come from computing"
    return f"it would need {', or '.join(ways)}"


def _made_good(cut: float, ratio: float, waits: float | None, slow: float) -> list[Statement]:
    """What is left of a slowdown."""
    left, needed = slow / ratio, _gone(slow)
    claim = f"what was {slow:.4g}x as long as it should be is made good"
    because = f"{slow:.4g} / {ratio:.4g} = {left:.4g}x as long as before it slowed down"
    status = Follows.FOLLOWS if left <= 1 + SAME else Follows.NOT
    needs = "" if status is Follows.FOLLOWS else f"it would need {slow:.4g}x the throughput"
    said = [Statement(status, claim, because, needs)]
    if waits is None:
        return said
    claim, was = "communication alone was to blame for the slowdown", healthy_share(waits, slow)
    if was < 0:
        return [*said, Statement(Follows.CONTRADICTED, claim, f"the step grew by {percent(needed)} of what it is now, "
                                 f"and communication is only {percent(waits)}")]  # fmt: skip
    times = waits * slow / was if was > 0 else math.inf
    because = f"then it took {percent(was)} of a healthy step, and {times:.4g}x as long before the repair"
    return [*said, Statement(Follows.OPEN, claim, f"{because}, {times * (1 - cut):.4g}x after it",
                             f"to be well again it would need {percent(needed / waits)} less")]  # fmt: skip
