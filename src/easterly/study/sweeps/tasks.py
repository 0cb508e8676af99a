"""A task: the name of a function and plain data, so that any process of any machine can do it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from typing import Any

from easterly.model import store
from easterly.study.stages import Held, fingerprint

Plain = Any
"""None, bool, int, float, text; lists, tuples and maps of them. Maps have text keys."""

_FUNCTION = re.compile(r"(easterly(?:\.[a-z_]+)+):([a-z]\w*)")


@dataclass(frozen=True)
class Task:
    """One call of a function.

    Attributes
    ----------
    function : str
        ``module:name``, of Easterly itself: it takes plain data and returns plain data, and reads nothing else.
    arguments : plain data
        What it takes. Every draw that it makes is named by a seed in here.

    Examples
    --------
    >>> perform(freeze(Task("easterly.base.seeds:stream", {"seed": 1, "entity": "a"})))[:8]
    b'easterly'
    """

    function: str
    arguments: dict[str, Plain]

    @cached_property
    def content(self) -> Held[None]:
        """What stands for the arguments in keys: the digest of their content, found once."""
        return Held(None, store.digest(self.arguments))


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a task.

    Attributes
    ----------
    index : int
        Place of the task among those that were asked for.
    value : plain data
        What the function returned; None where it failed.
    failed : str
        Why there is no value, in one line; empty where there is one.
    kept : bool
        Whether it was there from an earlier run.
    """

    index: int
    value: Plain
    failed: str = ""
    kept: bool = False


def freeze(task: Task) -> bytes:
    """A task as bytes, with the hash of the code that is to do it."""
    return store.freeze({"code": fingerprint(), "function": task.function, "arguments": task.arguments})


def perform(request: bytes) -> bytes:
    """Do a task in bytes; the answer in bytes: a ``value``, why it ``failed``, or that it was ``refused``.

    Parameters
    ----------
    request : bytes
        What `freeze` made. A request of another version of Easterly is refused: it would be answered otherwise.
    """
    asked = store.thaw(request)
    if asked["code"] != fingerprint():
        return store.freeze({"refused": "other code"})
    try:
        value = function(asked["function"])(**asked["arguments"])
        return store.freeze({"value": value})
    except Exception as error:  # whatever it is, it is the answer of this task alone
        return store.freeze({"failed": " ".join(f"{type(error).__name__}: {error}".split())})


def function(name: str) -> Callable[..., Plain]:
    """The function of that name.

    Raises
    ------
    ValueError
        It is none of Easterly's: nothing else is called, whatever a request says.
    """
    match = _FUNCTION.fullmatch(name)
    if match is None:
        raise ValueError(f"{name!r} is no function of Easterly: write module:name, such as easterly.base.seeds:mix")
    found: Callable[..., Plain] | None = getattr(import_module(match[1]), match[2], None)
    if not callable(found):
        raise ValueError(f"{match[1]} has no function {match[2]}")
    return found
