"""Quantities at the edge: a strict parser and a formatter; inside, numbers are SI floats.

Bits and bytes are never guessed: `100M` could be either and is refused, unless the field can only be
a rate. `k` = 1000, `Ki` = 1024. `Gb/s`, `Gbit/s` and `Gbps` are one; `GB/s` where a rate is wanted is
eight times as much, and the parser says so.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction

DECIMAL = {"": 1, "k": 10**3, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "P": 10**15, "E": 10**18}
BINARY = {"Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40, "Pi": 2**50}
PREFIXES = {**DECIMAL, **BINARY}
SECONDS = {
    "ps": Decimal("1e-12"), "ns": Decimal("1e-9"), "us": Decimal("1e-6"), "\u00b5s": Decimal("1e-6"),
    "\u03bcs": Decimal("1e-6"), "ms": Decimal("1e-3"), "s": Decimal(1), "min": Decimal(60),
    "h": Decimal(3600), "d": Decimal(86400),
}  # fmt: skip
METRES = {"mm": Decimal("1e-3"), "cm": Decimal("1e-2"), "m": Decimal(1), "km": Decimal(1000)}
# Wide enough that no product of a written number and a unit is rounded twice; beyond any float it is infinite.
_EXACT = Context(prec=100, Emax=999_999, Emin=-999_999, traps=[])
_DIGITS = r"[+-]?(?:[0-9]+(?:_[0-9]+)*\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
_NUMBER = re.compile(rf"\s*({_DIGITS})\s*(\S.*?)?\s*")


class QuantityError(ValueError):
    """Text that is no quantity of the kind wanted.

    Attributes
    ----------
    code : str
        ``E302`` bits or bytes ambiguous, ``E303`` unit of another kind,
        ``E304`` out of range, ``E305`` unit missing, ``E311``.. per kind (E312 is "not a rate").
    hint : str
    """

    def __init__(self, code: str, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of quantity: what it is called, its SI unit, the code of its error, an example."""

    name: str
    unit: str
    code: str
    example: str


RATE = Kind("rate", "bit/s", "E312", "400Gb/s")
SIZE = Kind("size", "B", "E313", "64MB")
TIME = Kind("time", "s", "E314", "20ms")
LENGTH = Kind("length", "m", "E315", "40m")
SHARE = Kind("share", "1", "E316", "40%")
COMPUTE = Kind("compute rate", "FLOP/s", "E317", "989TFLOP/s")
FREQUENCY = Kind("frequency", "1/s", "E318", "40/s")
KINDS = {kind.name: kind for kind in (RATE, SIZE, TIME, LENGTH, SHARE, COMPUTE, FREQUENCY)}


def parse(text: str, kind: Kind) -> float:
    """Parse one quantity into its SI float.

    Parameters
    ----------
    text : str
        A number and a unit, such as ``400Gb/s``, ``64KiB``, ``12us``, ``40%``.
    kind : Kind
        What the field holds; decides which units are allowed.

    Returns
    -------
    float [kind.unit]

    Raises
    ------
    QuantityError
        With the code of what is wrong and a hint.

    Examples
    --------
    >>> parse("400Gb/s", RATE), parse("50GB/s", RATE), parse("64KiB", SIZE), parse("40%", SHARE)
    (400000000000.0, 400000000000.0, 65536.0, 0.4)
    """
    return parse_noted(text, kind)[0]


def exact(text: str, kind: Kind) -> Fraction:
    """Like `parse`, without rounding.

    >>> exact("0.1us", TIME)
    Fraction(1, 10000000)
    """
    parse(text, kind)
    match = _NUMBER.fullmatch(text)
    assert match is not None
    number = _number(text)
    if number and abs(number.adjusted()) > 400:
        raise QuantityError("E304", f"{kind.name} {_quoted(text)} has too many digits")
    return Fraction(number) * Fraction(_factor(text, match[2] or "", kind)[0])


def pattern(kind: Kind) -> str:
    """Regular expression of the texts that `parse` takes, for the JSON Schema of the site file.

    Bounds are not in it. It is anchored, and uses only what ECMA 262 and Python have in common.

    >>> re.fullmatch(pattern(SHARE), "40 %") is not None, re.fullmatch(pattern(SHARE), "0.4") is not None
    (True, False)
    """
    return rf"^\s*{_DIGITS}\s*(?:{_UNITS[kind.name]})\s*$"


def parse_noted(text: str, kind: Kind) -> tuple[float, str]:
    """Like `parse`, with a note where the text was converted (bytes given for a rate), else ``""``."""
    match = _NUMBER.fullmatch(text)
    if match is None:
        raise QuantityError(
            kind.code, f"{kind.name} {_quoted(text)} is not a {kind.name}", f"write it like {kind.example}"
        )
    factor, note = _factor(text, match[2] or "", kind)
    return _times(text, factor, kind), note


def _factor(text: str, unit: str, kind: Kind) -> tuple[Decimal, str]:
    """SI units in one of the written unit, and a note when bytes were turned into bits."""
    if kind is RATE:
        return _rate_factor(text, unit)
    table = {"size": _size_factor, "time": _time_factor, "length": _length_factor, "share": _share_factor,
             "compute rate": _compute_factor, "frequency": _frequency_factor}  # fmt: skip
    return table[kind.name](text, unit), ""


_RATE = re.compile(r"([kKMGTPE]?i?)(b|bit|bits|B|byte|bytes)?(/s|ps)?")
_SIZE = re.compile(r"([kKMGTPE]?i?)(b|bit|bits|B|byte|bytes)?(/s|ps)?")
_COMPUTE = re.compile(r"([kKMGTPE]?)(FLOP/s|FLOPS|FLOPs|flop/s|F)")
_FREQUENCY = re.compile(r"([kMG]?)(?:/(s|min|h|d)|(Hz))")


_ANY_PREFIX = "[kKMGTPE]|[KMGTP]i"
_UNITS = {
    "rate": f"(?:{_ANY_PREFIX})?(?:b|bit|bits|B|byte|bytes)(?:/s|ps)|{_ANY_PREFIX}",
    "size": f"(?:{_ANY_PREFIX})?(?:B|byte|bytes)",
    "time": "|".join(SECONDS),
    "length": "|".join(METRES),
    "share": "%",
    "compute rate": _COMPUTE.pattern,
    "frequency": _FREQUENCY.pattern,
}


def _rate_factor(text: str, unit: str) -> tuple[Decimal, str]:
    match = _RATE.fullmatch(unit)
    if match is None or match[1] not in PREFIXES:
        raise _unlike(text, unit, RATE)
    prefix, symbol, per = match[1], match[2], match[3]
    if not prefix and symbol is None:
        raise QuantityError("E305", f"rate {_quoted(text)} has no unit", f"write it like {RATE.example}")
    scale = Decimal(PREFIXES[prefix])
    if symbol is None:
        if per is not None:
            hint = f"did you mean {_number(text)}{prefix}b/s?"
            raise QuantityError("E302", f"rate {_quoted(text)} could be bits or bytes", hint)
        return scale, ""
    if per is None:
        fix = f"{text.strip()}/s"
        raise QuantityError("E303", f"{_quoted(text)} is an amount, not a rate", f"did you mean {fix}?")
    if symbol[0] == "B" or symbol.startswith("byte"):
        taken = format_exact(_times(text, scale * 8, RATE), RATE)
        return scale * 8, f"{text.strip()} is bytes per second: taken as {taken}"
    return scale, ""


def _size_factor(text: str, unit: str) -> Decimal:
    match = _SIZE.fullmatch(unit)
    if match is None or match[1] not in PREFIXES:
        raise _unlike(text, unit, SIZE)
    prefix, symbol, per = match[1], match[2], match[3]
    if per is not None:
        raise QuantityError("E303", f"{_quoted(text)} is a rate, not a size", f"write it like {SIZE.example}")
    if symbol is None:
        code = "E302" if prefix else "E305"
        what = "could be bits or bytes" if prefix else "has no unit"
        raise QuantityError(code, f"size {_quoted(text)} {what}", f"write {text.strip()}B for bytes")
    if symbol in ("b", "bit", "bits"):
        as_bytes = format_exact(_times(text, Decimal(PREFIXES[prefix]) / 8, SIZE), SIZE)
        raise QuantityError(
            "E302", f"size {_quoted(text)} is in bits, and sizes are in bytes", f"did you mean {as_bytes}?"
        )
    return Decimal(PREFIXES[prefix])


def _time_factor(text: str, unit: str) -> Decimal:
    return _from_table(text, unit, SECONDS, TIME)


def _length_factor(text: str, unit: str) -> Decimal:
    return _from_table(text, unit, METRES, LENGTH)


def _share_factor(text: str, unit: str) -> Decimal:
    return _from_table(text, unit, {"%": Decimal("0.01")}, SHARE)


def _compute_factor(text: str, unit: str) -> Decimal:
    match = _COMPUTE.fullmatch(unit)
    if match is None:
        raise _unlike(text, unit, COMPUTE)
    return Decimal(DECIMAL[match[1]])


def _frequency_factor(text: str, unit: str) -> Decimal:
    match = _FREQUENCY.fullmatch(unit)
    if match is None:
        raise _unlike(text, unit, FREQUENCY)
    return _EXACT.divide(Decimal(DECIMAL[match[1]]), SECONDS[match[2] or "s"])


def _from_table(text: str, unit: str, table: dict[str, Decimal], kind: Kind) -> Decimal:
    if unit in table:
        return table[unit]
    raise _unlike(text, unit, kind)


def _unlike(text: str, unit: str, kind: Kind) -> QuantityError:
    """The error for a unit that this kind does not have."""
    hint = f"write it like {kind.example}"
    if not unit:
        hint = _share_hint(text) if kind is SHARE else hint
        return QuantityError("E305", f"{kind.name} {_quoted(text)} has no unit", hint)
    if kind is RATE and unit[0] in PREFIXES and unit[:1]:
        hint = f"did you mean {_number(text)}{unit[0]}b/s?"
    if kind is TIME:
        hint = _time_hint(text, unit)
    return QuantityError(kind.code, f"{kind.name} {_quoted(text)} is not a {kind.name}", hint)


def _share_hint(text: str) -> str:
    """A share without its sign: 0.8 was a part of one, 80 was meant in percent.

    >>> _share_hint("0.8"), _share_hint("80"), _share_hint("800")
    ('write 80%', 'write 80%', 'write it like 40%')
    """
    number = _number(text)
    if 1 < number <= 100:
        return f"write {_plain(number)}%"
    return f"write {_plain(number * 100)}%" if 0 <= number < 1 else f"write it like {SHARE.example}"


_SPELT = {"s": "s|secs?|seconds?", "min": "mins?|minutes?", "h": "hrs?|hours?", "d": "days?"}


def _time_hint(text: str, unit: str) -> str:
    """The unit that was spelt out, or which units there are.

    >>> _time_hint("30 minutes", "minutes"), _time_hint("6y", "y")
    ('did you mean 30min?', 'write it like 20ms; units are ns, us, ms, s, min, h and d')
    """
    if unit == "m":
        return f"did you mean {_plain(_number(text))}min or {_plain(_number(text))}ms?"
    for symbol, spelt in _SPELT.items():
        if re.fullmatch(spelt, unit, re.IGNORECASE):
            return f"did you mean {_plain(_number(text))}{symbol}?"
    return f"write it like {TIME.example}; units are ns, us, ms, s, min, h and d"


def _times(text: str, factor: Decimal, kind: Kind) -> float:
    """The written number in SI units."""
    value = float(_EXACT.multiply(_number(text), factor))
    if not math.isfinite(value):
        raise QuantityError("E304", f"{kind.name} {_quoted(text)} is too large")
    return value


def _quoted(text: str) -> str:
    """The text in quotes, cut where nobody would read on."""
    text = text.strip()
    return repr(text if len(text) <= 40 else text[:37] + "...")


def _number(text: str) -> Decimal:
    match = _NUMBER.fullmatch(text)
    assert match is not None
    return _EXACT.create_decimal(match[1].replace("_", ""))


_STEPS = (("E", 18), ("P", 15), ("T", 12), ("G", 9), ("M", 6), ("k", 3), ("", 0))
_STEPS_OF = {"frequency": _STEPS[3:]}
_SUFFIX = {"rate": "b/s", "size": "B", "compute rate": "FLOP/s", "frequency": "/s", "length": "m"}


def format_exact(value: float, kind: Kind) -> str:
    """Shortest text that parses back to the very same float.

    Raises
    ------
    ValueError
        If the number is infinite or not a number.

    >>> format_exact(4e11, RATE), format_exact(0.0003, TIME), format_exact(0.4, SHARE)
    ('400Gb/s', '300us', '40%')
    """
    if not math.isfinite(value):
        raise ValueError(f"{value} is no {kind.name}")
    return _compose(Decimal(repr(float(value))), kind)


def format_short(value: float, kind: Kind, digits: int = 4) -> str:
    """Text for people: rounded to `digits` significant digits; ``-`` for a number that is not known.

    >>> format_short(123456789.0, RATE)
    '123.5Mb/s'
    """
    if not math.isfinite(value):
        return "-"
    return _compose(Decimal(f"{value:.{digits}g}"), kind)


def _compose(number: Decimal, kind: Kind) -> str:
    if kind is SHARE:
        return f"{_plain(number * 100)}%"
    if kind is TIME:
        return _compose_time(number)
    if kind is LENGTH:
        return f"{_plain(number)}m"
    prefix, power = next(
        ((p, e) for p, e in _STEPS_OF.get(kind.name, _STEPS) if abs(number) >= Decimal(10) ** e), ("", 0)
    )
    return f"{_plain(number.scaleb(-power))}{prefix}{_SUFFIX[kind.name]}"


def _compose_time(number: Decimal) -> str:
    size = abs(number)
    for unit, power in (("s", 0), ("ms", -3), ("us", -6), ("ns", -9)):
        if size >= Decimal(10) ** power:
            return f"{_plain(number.scaleb(-power))}{unit}"
    return f"{_plain(number)}s" if number == 0 else f"{_plain(number.scaleb(12))}ps"


def _plain(number: Decimal) -> str:
    """Decimal text without a needless exponent or trailing zeros."""
    text = format(number.normalize(), "f") if -30 < number.adjusted() < 30 else str(number.normalize())
    return "0" if text in ("-0", "") else text
