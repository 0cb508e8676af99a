"""A few of the failures: those that take most away, and one of each kind before a second."""

from __future__ import annotations

from collections.abc import Sequence

from easterly.model.damage import Damage
from easterly.study.failures.elements import elements
from easterly.study.failures.singles import Class, classes_of, worked_out
from easterly.study.failures.states import States
from easterly.study.failures.table import damage_of, single
from easterly.study.nouns import Nouns


def first_failures(nouns: Nouns, most: int) -> tuple[Damage, int]:
    """What some failures of single parts cost: as `failures`, but not all, and without a second look at what is alike.

    Parameters
    ----------
    nouns : Nouns
        Of a site without errors.
    most : int
        Unlike cases that are tried.

    Returns
    -------
    damage : Damage
    cases : int
        Unlike cases that there are.
    """
    states = States(nouns)
    classes = classes_of(states, elements(nouns.site, nouns.network.value))
    rows = [single(each) for each in dearest(classes, most)]
    keyed = {row.key: row.down for row in rows if row.key}
    found = worked_out(states, keyed, "mean", 1, None)
    return damage_of(states, rows, found, 0, 0.0), len({each.key for each in classes if each.key})


def dearest(classes: Sequence[Class], most: int) -> list[Class]:
    """Classes of at most so many states: by cables times the time that they are away, round by round over the kinds.

    Parameters
    ----------
    classes : sequence of Class
    most : int
        States.

    Examples
    --------
    >>> from easterly.base.columns import ints
    >>> from easterly.study.failures.elements import Element
    >>> def alike(kind, per_year, key):
    ...     return Class((Element(kind, key, ints([0, 1]), 1, per_year, 3600.0),), (key,))
    >>> some = [alike("cable", 0.1, "a"), alike("cable", 0.2, "b"), alike("leaf", 0.01, "c")]
    >>> [each.members[0].name for each in dearest(some, 2)]
    ['b', 'c']
    """
    order = sorted(range(len(classes)), key=lambda i: (-away(classes[i]), i))
    place: dict[str, int] = {}
    rounds = {}
    for i in order:
        kind = classes[i].members[0].kind
        rounds[i] = place[kind] = place.get(kind, -1) + 1
    keys: dict[object, None] = {}
    for i in sorted(order, key=lambda i: rounds[i]):  # stable: within a round the dearest first
        if classes[i].key and len(keys) < most:
            keys.setdefault(classes[i].key)
    return [each for each in classes if not each.key or each.key in keys]


def away(each: Class) -> float:
    """Links that a class has down, in the mean, over all its members."""
    return each.members[0].away * len(each.members) * len(each.members[0].down)
