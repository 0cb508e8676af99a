"""Random sources as text: ``16 * onoff(25Gb/s, 1ms, 9ms) + poisson(10Gb/s, 1500B)``."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from easterly.base.counts import counted
from easterly.base.findings import did_you_mean
from easterly.base.units import RATE, SIZE, TIME, Kind, QuantityError, parse
from easterly.predict.calculus import envelopes
from easterly.predict.calculus.envelopes import Envelope

_ONE = re.compile(r"\s*(?:(?P<count>[0-9_]+)\s*\*\s*)?(?P<name>[A-Za-z_]+)\s*\((?P<given>[^()]*)\)\s*")
MOST = 10**9


@dataclass(frozen=True, slots=True)
class Source:
    """A name of the grammar: what it takes, what it makes, what it is."""

    takes: tuple[tuple[str, Kind], ...]
    make: Callable[..., Envelope]
    does: str


def _random(rate: float, size: float) -> Envelope:
    return envelopes.packets(rate, size, exponential=True)


def _bucket(burst: float, rate: float) -> Envelope:
    return envelopes.token_bucket(rate, burst)


SOURCES = {
    "poisson": Source((("rate", RATE), ("size", SIZE)), envelopes.packets, "packets of one size at random times"),
    "exponential": Source((("rate", RATE), ("size", SIZE)), _random, "packets of random sizes at random times"),
    "onoff": Source((("peak", RATE), ("on", TIME), ("off", TIME)), envelopes.on_off, "the peak or nothing, at random"),
    "periodic": Source((("size", SIZE), ("interval", TIME)), envelopes.periodic, "a burst each interval, of any phase"),
    "bucket": Source((("burst", SIZE), ("rate", RATE)), _bucket, "whatever a token bucket lets through"),
    "gaussian": Source((("rate", RATE), ("deviation", SIZE), ("within", TIME)), envelopes.gaussian,
                       "normal bytes without memory"),
}  # fmt: skip


def read(text: str) -> Envelope:
    """Make the sum of independent sources that a text describes.

    Parameters
    ----------
    text : str
        Sources of `SOURCES` with ``+`` between them, each with a count before it if it is sent by many.

    Raises
    ------
    ValueError
        What cannot be read, with what could be.

    Examples
    --------
    >>> read("2 * poisson(8Gb/s, 1500B) + bucket(64kB, 1Gb/s)").mean_Bps
    2125000000.0
    """
    made, at = [], 0
    while True:
        match = _ONE.match(text, at)
        if match is None:
            raise ValueError(
                f"{text[at:].strip()!r} is no source: write one like poisson(8Gb/s, 1500B), or 16 * onoff(...)"
            )
        made.append(_one(match["name"], match["count"], match["given"]))
        at = match.end()
        if at == len(text):
            return envelopes.together(*made)
        if text[at] != "+":
            raise ValueError(f"{text[at:]!r} follows a source: join sources with +")
        at += 1


def _one(name: str, count: str | None, given: str) -> Envelope:
    if name not in SOURCES:
        hint = did_you_mean(name, list(SOURCES))
        raise ValueError(f"{name!r} is no source" + (f"; {hint}" if hint else f": use {', '.join(SOURCES)}"))
    of = SOURCES[name]
    words = [word.strip() for word in given.split(",")]
    if len(words) != len(of.takes):
        usage = ", ".join(word for word, _ in of.takes)
        raise ValueError(f"{name}({given}) has {counted(len(words), 'part')}: write {name}({usage})")
    values = []
    for word, (what, kind) in zip(words, of.takes, strict=True):
        try:
            values.append(parse(word, kind) / (8 if kind is RATE else 1))
        except QuantityError as error:
            raise ValueError(f"{name}: {what}: {error}" + (f"; {error.hint}" if error.hint else "")) from None
    number = int(count.replace("_", "") or 0) if count else 1
    if not 1 <= number <= MOST:
        raise ValueError(f"{count} * {name}: a count is between 1 and {MOST:,}")
    return envelopes.many(number, of.make(*values))
