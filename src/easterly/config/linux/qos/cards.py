"""Data centre bridging of interfaces as commands of iproute2's `dcb`, and back.

The shares of the traffic classes that are not strict add up to 100 %, and the others have none, as dcb-ets(8) wants it.
All 64 code points are written: none is left to what a driver had before.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from easterly.model.cards import CODE_POINTS, PRIORITIES, Card

T = TypeVar("T")
PARTS = ("apptrust", "app", "pfc", "ets")
ON = {"on": True, "off": False}
STRICT = {"strict": True, "ets": False}
COMMENT = "# Drivers without an order of trust (mlx5) trust code points as soon as one has an entry."


def render_cards(cards: Mapping[str, Card]) -> list[str]:
    """Commands of all interfaces; running them again changes nothing."""
    return [COMMENT, *(line for device, card in sorted(cards.items()) for line in _card(device, card))] if cards else []


def _card(device: str, card: Card) -> Iterator[str]:
    yield f"dcb apptrust set dev {device} order {card.trust} || true"
    yield f"dcb app replace dev {device} dscp-prio {_map(card.priority)}"
    yield f"dcb pfc set dev {device} prio-pfc {_map('on' if p in card.paused else 'off' for p in PRIORITIES)}"
    kinds = _map("strict" if c in card.strict else "ets" for c in PRIORITIES)
    yield (f"dcb ets set dev {device} willing off prio-tc {_map(PRIORITIES)} tc-tsa {kinds} tc-bw {_map(card.weight)}")


def _map(values: Iterable[object]) -> str:
    return " ".join(f"{key}:{value}" for key, value in enumerate(values))


def parse_cards(lines: Sequence[str]) -> dict[str, Card]:
    """Interfaces from the commands that `render_cards` wrote.

    Raises
    ------
    ValueError
        A line that it would not have written, a code point or priority that is left out, a part that is missing.
    """
    found: dict[str, dict[str, list[str]]] = {}
    for line in lines:
        words = shlex.split(line, comments=True)
        match words:
            case []:
                continue
            case ["dcb", part, "set" | "replace", "dev", device, *rest] if part in PARTS:
                found.setdefault(device, {})[part] = rest
            case _:
                raise ValueError(f"{line!r} sets nothing of an interface")
    return {device: _read(device, parts) for device, parts in found.items()}


def _read(device: str, parts: dict[str, list[str]]) -> Card:
    missing = [part for part in PARTS if part not in parts]
    if missing:
        raise ValueError(f"{device}: {' and '.join(missing)} not set")
    match parts["apptrust"], parts["app"], parts["pfc"], parts["ets"]:
        case ["order", trust, "||", "true"], ["dscp-prio", *points], ["prio-pfc", *pauses], [
            "willing", "off", "prio-tc", *rest
        ] if "tc-tsa" in rest and "tc-bw" in rest:  # fmt: skip
            kinds, shares = rest.index("tc-tsa"), rest.index("tc-bw")
        case _:
            raise ValueError(f"{device}: other parameters than those of a plan")
    if _values(rest[:kinds], len(PRIORITIES), int) != tuple(PRIORITIES):
        raise ValueError(f"{device}: a priority has not the traffic class of its number")
    paused = _values(pauses, len(PRIORITIES), lambda word: ON[word])
    strict = _values(rest[kinds + 1 : shares], len(PRIORITIES), lambda word: STRICT[word])
    return Card(
        tuple(p for p in PRIORITIES if paused[p]),
        tuple(c for c in PRIORITIES if strict[c]),
        _values(rest[shares + 1 :], len(PRIORITIES), int),
        _values(points, CODE_POINTS, int),
        trust,
    )


def _values(words: Sequence[str], count: int, read: Callable[[str], T]) -> tuple[T, ...]:
    """Values of a map that names every key from 0 on, in any order."""
    try:
        found = {int(key): read(value) for key, _, value in (word.partition(":") for word in words)}
    except KeyError as error:
        raise ValueError(f"{error.args[0]!r} is no value here") from None
    if sorted(found) != list(range(count)) or len(words) != count:
        raise ValueError(f"{' '.join(words)!r} does not say one value for each of 0 to {count - 1}")
    return tuple(found[key] for key in range(count))
