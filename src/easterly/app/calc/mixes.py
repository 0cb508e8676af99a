"""Sources as people write them: ``40 bursts(1Gb/s, 1ms, 9ms)``."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from easterly.base.counts import counted
from easterly.base.findings import did_you_mean
from easterly.base.units import FREQUENCY, RATE, SIZE, TIME, Kind, QuantityError, parse

if TYPE_CHECKING:
    from easterly.predict.traffic import Source

SHAPE = re.compile(r"\s*(?:([0-9][0-9_]*)\s*\*?\s*)?([a-z]+)\s*\((.*)\)\s*")
NUMBER = None
FORMS: dict[str, tuple[tuple[Kind | None, ...], int, str]] = {
    "constant": ((RATE,), 1, "RATE"),
    "batches": ((FREQUENCY, SIZE), 2, "FREQUENCY, SIZE"),
    "answers": ((FREQUENCY, SIZE), 2, "FREQUENCY, MEAN SIZE"),
    "bursts": ((RATE, TIME, TIME), 3, "PEAK, ON, OFF"),
    "memory": ((RATE, RATE, TIME, NUMBER), 4, "MEAN, DEVIATION, WINDOW, H"),
    "periodic": ((TIME, SIZE), 2, "PERIOD, SIZE"),
    "policed": ((SIZE, RATE, RATE), 2, "BURST, RATE, [PEAK]"),
}
"""Kinds of the arguments, how many are needed, and what they are called."""


def read(text: str) -> tuple[Source, int]:
    """A source and how many copies of it.

    Raises
    ------
    ValueError
        Text that is none, with the form that is meant.

    Examples
    --------
    >>> read("40 bursts(1Gb/s, 1ms, 9ms)")
    (Bursts(peak_bps=1000000000.0, on_s=0.001, off_s=0.009), 40)
    """
    found = SHAPE.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no source: write it like '40 bursts(1Gb/s, 1ms, 9ms)'")
    count, name, inside = found.groups()
    if name not in FORMS:
        raise ValueError(f"a source {name!r} is unknown: {did_you_mean(name, FORMS)}")
    kinds, least, form = FORMS[name]
    words = [word.strip() for word in inside.split(",")]
    if not least <= len(words) <= len(kinds):
        raise ValueError(f"{text!r} has {counted(len(words), 'argument')}: write {name}({form})")
    values = [_value(word, kind, f"{name}({form})") for word, kind in zip(words, kinds, strict=False)]
    return _made(name, values), 1 if count is None else int(count.replace("_", ""))


def _value(word: str, kind: Kind | None, form: str) -> float:
    try:
        return float(word) if kind is None else parse(word, kind)
    except QuantityError as error:
        raise ValueError(f"{form}: {error}; {error.hint}") from None
    except ValueError:
        raise ValueError(f"{form}: {word!r} is not a number") from None


def _made(name: str, values: list[float]) -> Source:
    from easterly.predict import traffic

    makers: dict[str, Callable[..., Source]] = {
        "constant": traffic.Constant, "batches": traffic.Batches,
        "answers": lambda rate, size: traffic.Batches(rate, size, exponential=True), "bursts": traffic.Bursts,
        "memory": lambda *given: traffic.Gaussian(traffic.aggregate(*given)), "periodic": traffic.Periodic,
        "policed": traffic.Policed,
    }  # fmt: skip
    return makers[name](*values)
