"""A diagnosis as JSON, and words for what is expected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from easterly.app.values import number

if TYPE_CHECKING:
    from easterly.study.diagnose import Cause, Diagnosis, Sign

MEASURE = 5
"""Measurements that are named."""
TELLS = 3
"""Causes whose expectation is told for each of them."""


def document(made: Diagnosis) -> dict[str, Any]:
    """Symptoms, causes with their evidence, and what to measure next."""
    ranking = made.ranking
    return {
        "job": made.job or None,
        "symptoms": [
            {"sign": name, "what": _sign(name).what, "seen": value if isinstance(value, str) else number(value)}
            for name, value in made.seen.items()
        ],
        "links": [{"link": link, "shows": shows} for link, shows in made.places],
        "causes": [_cause(made, row) for row in range(len(ranking.causes))],
        "unexplained": [{"sign": sign, "points_to": cause.name} for sign, cause in ranking.left_over()],
        "measure": [
            {
                "sign": name, "what": _sign(name).what, "how": _sign(name).look, "gain_bit": number(float(gain)),
                "expected": {cause.name: expectation(cause, _sign(name)) for cause in ranking.causes[:TELLS]},
            }
            for name, gain in zip(ranking.next_signs[:MEASURE], ranking.gain, strict=False)
        ],
        "figures": _figures(made),
    }  # fmt: skip


def expectation(cause: Cause, sign: Sign) -> str:
    """What a cause makes of a sign, in words."""
    from easterly.study.diagnose import Odds, expected_of

    expected = expected_of(cause, sign)
    if isinstance(expected, Odds):
        most = max(expected.weight.values())
        return " or ".join(word for word, weight in expected.weight.items() if weight > most / 2)
    if expected.factor == float("inf"):
        return "anything"
    return f"about {value_of(sign, min(max(expected.value, sign.low), sign.high))}"


def value_of(sign: Sign, value: float | str) -> str:
    """A value of a sign: a word, a share, a factor.

    >>> from easterly.study.diagnose import SIGNS
    >>> value_of(SIGNS["bandwidth"], 0.6), value_of(SIGNS["tail"], 20.0)
    ('60 %', '20 times')
    """
    if isinstance(value, str):
        return value
    return f"{100 * value:.0f} %" if sign.high <= 1 else f"{value:.3g} times"


def _sign(name: str) -> Sign:
    from easterly.study.diagnose import SIGNS

    return SIGNS[name]


def _cause(made: Diagnosis, row: int) -> dict[str, Any]:
    ranking, cause = made.ranking, made.ranking.causes[row]
    return {
        "cause": cause.name, "what": cause.what, "probability": number(float(ranking.probability[row])),
        "why": cause.why, "remedy": cause.remedy,
        "evidence": [
            {"sign": name, "seen": value_of(_sign(name), made.seen[name]), "expected": expectation(cause, _sign(name)),
             "bit": number(float(bit))}
            for name, bit in zip(ranking.signs, ranking.evidence[row], strict=True)
        ],
    }  # fmt: skip


def _figures(made: Diagnosis) -> dict[str, Any]:
    """What the site says, behind the causes."""
    from dataclasses import asdict

    return {name: _plain(value) for name, value in asdict(made.figures).items()}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    return number(value) if isinstance(value, float) else value
