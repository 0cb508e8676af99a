"""What is wrong with the classes of a switch on the face of its lines: in files that also hold routes and lists."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

Fault = tuple[int, str, str]
"""Line, code, message."""
MARKS = {
    "eos": re.compile(r"minimum-threshold (\d+) bytes maximum-threshold (\d+) bytes"),
    "nxos": re.compile(r"minimum-threshold (\d+) \w+ maximum-threshold (\d+) \w+"),
    "junos": re.compile(r"fill-level \[ (\d+) (\d+) \]"),
}
SHARES = {
    "eos": re.compile(r"^ +bandwidth percent (\d+)"),
    "nxos": re.compile(r"^ +bandwidth remaining percent (\d+)"),
    "junos": re.compile(r"^set class-of-service schedulers (\S+)-q\d+ transmit-rate percent (\d+)"),
}


def faults(system: str, text: str) -> Iterator[Fault]:
    """Marks that begin above where they end (E928), shares of a port above 100 % (E929), text that is no table (E932).

    Parameters
    ----------
    system : str
        eos, nxos, junos or sonic; of others nothing is said.
    text : str
        A whole configuration.

    Yields
    ------
    (int, str, str)
        Line, code and message.

    Examples
    --------
    >>> list(faults("junos", "set x fill-level [ 90 10 ] drop-probability [ 0 5 ]"))
    [(1, 'E928', 'begins to mark at 90, and marks all from 10 on')]
    """
    if system == "sonic":
        yield from _tables(text)
    elif system in MARKS:
        yield from _marks(text, MARKS[system])
        yield from _shares(text, SHARES[system])


def _marks(text: str, pattern: re.Pattern[str]) -> Iterator[Fault]:
    for row, line in enumerate(text.splitlines(), 1):
        for low, high in pattern.findall(line):
            if int(low) > int(high):
                yield row, "E928", _crossed(low, high)


def _crossed(low: str, high: str) -> str:
    return f"begins to mark at {low}, and marks all from {high} on"


def _shares(text: str, pattern: re.Pattern[str]) -> Iterator[Fault]:
    """A port is a block without indentation, or in Junos what the names of its schedulers begin with."""
    sums: dict[str, int] = {}
    told: set[str] = set()
    block = ""
    for row, line in enumerate(text.splitlines(), 1):
        block = line if line[:1].strip() else block
        found = pattern.match(line)
        if found:
            *names, percent = found.groups()
            name = names[0] if names else block
            sums[name] = sums.get(name, 0) + int(percent)
            if sums[name] > 100 and name not in told:
                told.add(name)
                yield row, "E929", f"queues of {name} have {sums[name]} % of a port up to here"


def _tables(text: str) -> Iterator[Fault]:
    try:
        tables = json.loads(text)
    except ValueError as error:
        yield getattr(error, "lineno", 1), "E932", f"cannot be read: {error}"
        return
    profiles = tables.get("WRED_PROFILE", {}) if isinstance(tables, dict) else {}
    rows = profiles.items() if isinstance(profiles, dict) else ()
    for name, row in rows:
        for colour in ("green", "yellow", "red"):
            low, high = (str(row.get(f"{colour}_{end}_threshold", "")) for end in ("min", "max"))
            if low.isdigit() and high.isdigit() and int(low) > int(high):
                yield _line(text, name, f"{colour}_min_threshold"), "E928", f"{name} {_crossed(low, high)}"


def _line(text: str, *keys: str) -> int:
    """Of the last of some keys of JSON, each looked for behind the one before."""
    place = 0
    for key in keys:
        place = max(text.find(f'"{key}"', place), place)
    return text.count("\n", 0, place) + 1
