"""Which cause explains what is seen best, and what to look at next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from easterly._kernel import maths
from easterly.base.columns import FloatColumn, floats
from easterly.study.diagnose.causes import Cause
from easterly.study.diagnose.signs import SIGNS, Expected, Sign

BIT = float(maths.log(floats([2.0]))[0])
Observed = Mapping[str, float | str]


@dataclass(frozen=True, slots=True)
class Ranking:
    """Causes with their probabilities, and what each sign says for or against each.

    Signs count as independent of each other given the cause, and exactly one cause is at work: see `left_over` for
    what a second one would explain.

    Attributes
    ----------
    causes : tuple of Cause
        The likeliest first.
    probability : (K,) float [1]
    signs : tuple of str
        That were observed.
    evidence : (K, S) float [bit]
        How much likelier a cause makes what is seen than the others do, in the mean by their probabilities before.
    next_signs : tuple of str
        That were not observed, the most telling first.
    gain : (N,) float [bit]
        Expected loss of uncertainty about the cause by looking at each.
    """

    causes: tuple[Cause, ...]
    probability: FloatColumn
    signs: tuple[str, ...]
    evidence: FloatColumn
    next_signs: tuple[str, ...]
    gain: FloatColumn

    def left_over(self, most: float = -1.0) -> list[tuple[str, Cause]]:
        """Signs that speak against the first cause, each with the cause that it speaks for most."""
        against = np.flatnonzero(self.evidence[0] < most)
        return [(self.signs[i], self.causes[int(np.argmax(self.evidence[:, i]))]) for i in against]


def rank(causes: Sequence[Cause], seen: Observed) -> Ranking:
    """Bayes' rule over causes, signs independent given the cause.

    Parameters
    ----------
    causes : sequence of Cause
        With their odds before anything is seen.
    seen : mapping of str to float or str
        Values by the names of `SIGNS`.

    Raises
    ------
    ValueError
        There is no cause.
    """
    if not causes:
        raise ValueError("there is no cause to rank")
    prior = np.array([cause.odds for cause in causes])
    prior = prior / prior.sum()
    signs = tuple(name for name in SIGNS if name in seen)
    chance = np.array(
        [[_chances(cause, SIGNS[name])[SIGNS[name].bin_of(seen[name])] for name in signs] for cause in causes]
    ).reshape(len(causes), len(signs))
    after = _normal(maths.log(floats(prior)) + maths.log(floats(chance.ravel())).reshape(chance.shape).sum(axis=1))
    order = np.argsort(-after, kind="stable")
    rest = (prior @ chance)[None, :] - prior[:, None] * chance
    others = rest / np.maximum(1 - prior, 1e-12)[:, None]
    bits = maths.log(floats((chance / np.maximum(others, 1e-300)).ravel())).reshape(chance.shape) / BIT
    unseen = [name for name in SIGNS if name not in seen]
    gain = np.array([_gain(after, causes, SIGNS[name]) for name in unseen])
    best = np.argsort(-gain, kind="stable")
    return Ranking(
        tuple(causes[i] for i in order), floats(after[order]), signs, floats(bits[order]),
        tuple(unseen[i] for i in best), floats(gain[best]),
    )  # fmt: skip


def expected_of(cause: Cause, sign: Sign) -> Expected:
    """What a cause makes of a sign: what it says of it, or what is usual."""
    return cause.expects.get(sign.name, sign.usual)


def _chances(cause: Cause, sign: Sign) -> FloatColumn:
    return sign.chances(expected_of(cause, sign))


def _normal(logs: FloatColumn) -> FloatColumn:
    made = maths.exp(floats(logs - logs.max()))
    return floats(made / made.sum())


def _gain(after: FloatColumn, causes: Sequence[Cause], sign: Sign) -> float:
    """Mutual information of the cause and a sign (Cover and Thomas 2006, section 2.3) [bit]."""
    joint = after[:, None] * np.array([_chances(cause, sign) for cause in causes])
    apart = after[:, None] * joint.sum(axis=0)[None, :]
    told = joint > 0
    return float((joint[told] * maths.log(floats(joint[told] / apart[told]))).sum()) / BIT
