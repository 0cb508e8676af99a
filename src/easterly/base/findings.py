"""Findings: what is wrong with the input, where, why, and how to mend it.

A finding points at a *path* of the site file (``jobs/pre/parallel/tp``), never at a line: only the
room ``site`` knows the text and turns paths into lines when findings are printed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from typing import Any, TypeVar


class Severity(StrEnum):
    """How bad a finding is: an error stops the plan, a warning and a note do not."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """One problem of the input.

    Attributes
    ----------
    code : str
        ``E`` and three digits; the first digit is the room (see DESIGN: E1 text ... E9 config).
    at : str
        Path in the site file, parts joined with ``/``; empty for the whole file.
    message : str
        What is wrong, with the offending value, in one line.
    hint : str
        What to do about it; empty if there is nothing useful to say.
    severity : Severity
    on_key : bool
        True if the key, not its value, is at fault (where the caret goes).
    line, column : int or None
        1-based place, in characters; filled in by `easterly.site` when it knows the text.
    """

    code: str
    at: str
    message: str
    hint: str = ""
    severity: Severity = Severity.ERROR
    on_key: bool = False
    line: int | None = None
    column: int | None = None
    file: str = ""


Rule = Callable[..., Iterable[Finding]]
R = TypeVar("R", bound=Rule)


@dataclass(frozen=True, slots=True)
class RuleEntry:
    """A registered rule: its code, its one-line title, its function."""

    code: str
    title: str
    check: Rule


_RULES: dict[str, RuleEntry] = {}


def rule(code: str, title: str) -> Callable[[R], R]:
    """Register a rule: a function from nouns to findings of one code.

    The parameter names of the function say which nouns it wants (``site``, ``network``, ``demands``, ...);
    `easterly.study.check` passes those it has.
    """

    def register(check: R) -> R:
        if code in _RULES and _RULES[code].check is not check:
            raise ValueError(f"two rules claim {code}")
        _RULES[code] = RuleEntry(code, title, check)
        return check

    return register


def rules() -> dict[str, RuleEntry]:
    """All registered rules by code, in the order of their codes."""
    return dict(sorted(_RULES.items()))


def nearest(word: str, candidates: Iterable[str]) -> str | None:
    """The candidate most like `word`, or None if nothing is near.

    >>> nearest("capacty", ["capacity", "delay"])
    'capacity'
    """
    matches = get_close_matches(word, list(candidates), n=1, cutoff=0.6)
    return matches[0] if matches else None


def did_you_mean(word: str, candidates: Iterable[str]) -> str:
    """A hint that names the nearest candidate, or lists a few when nothing is near."""
    known: list[Any] = sorted(candidates)
    best = nearest(word, known)
    if best is not None:
        return f"did you mean {best}?"
    if not known:
        return ""
    return "known: " + ", ".join(known[:8]) + (", ..." if len(known) > 8 else "")


class FindingsError(Exception):
    """Raised where no noun can be made: carries the findings that say why.

    Attributes
    ----------
    findings : tuple of Finding
    """

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("; ".join(f"{f.code} {f.at}: {f.message}" for f in self.findings[:5]))
