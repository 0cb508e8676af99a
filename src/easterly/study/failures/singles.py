"""Every part that fails alone: those that are alike once, and two of each class to be sure that they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from easterly.base.columns import BoolColumn, IntColumn, bools, ints
from easterly.model.damage import Effect
from easterly.study.failures.elements import Element
from easterly.study.failures.run import Progress, Task, effects_of
from easterly.study.failures.states import Hashing, States
from easterly.study.failures.symmetry import link_colours, set_colours

SAME = 1e-9
NOTHING = ints([])
Key = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Class:
    """Elements of one kind that do the same.

    Attributes
    ----------
    members : tuple of Element
        The first stands for all.
    key : tuple
        Of the state: classes of other kinds that take the same links down share it.
    """

    members: tuple[Element, ...]
    key: Key


@dataclass(frozen=True, slots=True)
class Row:
    """One class of parts, or of pairs of them, of the table.

    Attributes
    ----------
    alike : float
        How many, or how often drawn.
    per_month : float
        How often that happens in a month, all of the class together.
    repair_s : float [s]
    restarts : bool
        Whether what is lost once, at a failure, counts: for parts alone.
    key : tuple
        Of the state.
    down : (K,) int
        Links of the one that is named.
    """

    kind: str
    name: str
    alike: float
    per_month: float
    repair_s: float
    restarts: bool
    key: Key
    down: IntColumn


def classes_of(states: States, parts: Sequence[Element], symmetry: bool = True) -> list[Class]:
    """Elements that an exchange of parts with the same role makes of each other, kind by kind.

    Parameters
    ----------
    states : States
    parts : sequence of Element
    symmetry : bool
        Without, every set of links is a class of its own.
    """
    idle = idle_links(states)
    if symmetry:
        colours = link_colours(states.network, states.whole, states.nouns.placement.value.hosts)
        keys: list[Key] = list(set_colours(colours, [part.down for part in parts]))
    else:
        keys = [(part.down.tobytes(),) for part in parts]
    found: dict[tuple[Key, Key], list[Element]] = {}
    for part, key in zip(parts, keys, strict=True):
        state: Key = () if symmetry and idle[part.down].all() else key
        found.setdefault(((part.kind, part.count, part.per_year, part.repair_s), state), []).append(part)
    return [Class(tuple(members), state) for (_, state), members in found.items()]


def idle_links(states: States) -> BoolColumn:
    """(L,) links that carry nothing and that nobody's interface has: without them all goes on as it did.

    A link is on an equal-cost path of some flow if and only if the even split puts a share on it.
    """
    network, paths = states.network, states.nouns.routing.value.paths
    idle = np.bincount(paths.link, paths.share, len(network.links)) == 0
    held = np.zeros(len(network.hosts) + 1, dtype=np.bool_)
    for rows in states.nouns.placement.value.hosts.values():
        held[rows] = True
    busy = held[network.node_host]  # -1, of what is no interface, is the last entry
    return bools(idle & ~busy[network.links.src] & ~busy[network.links.dst])


def checked(states: States, classes: list[Class], workers: int, progress: Progress | None) -> list[Class]:
    """The classes, those fallen apart of which the first and the last do not do the same with connections split evenly.

    Hashing is left out, as its luck differs from one part to the next. An interruption (Ctrl-C) goes on: nothing is
    done that could be shown.
    """
    firsts: dict[Key, tuple[IntColumn, IntColumn]] = {}
    for each in classes:
        first, last = each.members[0].down, each.members[-1].down
        if each.key and first.tobytes() != last.tobytes():
            firsts.setdefault(each.key, (first, last))
    tasks: list[Task] = [(down, "even") for pair in firsts.values() for down in pair]
    found = effects_of(states, tasks, workers, progress)
    if len(found) < len(tasks):
        raise KeyboardInterrupt
    apart = {key for i, key in enumerate(firsts) if not same(found[2 * i], found[2 * i + 1])}
    return [part for each in classes for part in (_apart(each) if each.key in apart else [each])]


def same(a: Effect, b: Effect) -> bool:
    """Whether two states do the same, but for rounding."""
    close = all(
        np.allclose(getattr(a, name), getattr(b, name), rtol=SAME, atol=0)
        for name in ("low_s", "step_s", "high_s", "pace")
    )
    alike = all(
        np.array_equal(getattr(a, n), getattr(b, n)) for n in ("stranded", "broken", "doubtful", "anew", "gpus")
    )
    return close and alike and abs(a.lost_gpus - b.lost_gpus) <= SAME * max(1.0, abs(a.lost_gpus))


def _apart(each: Class) -> list[Class]:
    """Every set of links on its own."""
    found: dict[bytes, list[Element]] = {}
    for member in each.members:
        found.setdefault(member.down.tobytes(), []).append(member)
    return [Class(tuple(members), (down,)) for down, members in found.items()]


def worked_out(
    states: States, keyed: dict[Key, IntColumn], hashing: Hashing, workers: int, progress: Progress | None
) -> dict[Key, Effect]:
    """The effect of one state per key, and of nothing down; those that are done, after an interruption."""
    wanted = {(): NOTHING, **keyed}
    found = effects_of(states, [(down, hashing) for down in wanted.values()], workers, progress)
    return dict(zip(wanted, found, strict=False))
