"""Tables of ConfigDB as YANG models shape them: which module has a table, its lists and their keys.

By SONiC's own rules (sonic-net/SONiC, doc/mgmt/SONiC_YANG_Model_Guidelines.md): a module has one container of its own
name, and the containers inside are tables. What a table has one of is a container again, such as ``localhost``; other
rows are entries of a list, and keys of several parts are told apart by how many a list has. A list inside of a list
takes each field of a row as an entry: its name is the key, its value the other leaf.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

TOKEN = re.compile(
    r'"(?P<double>(?:\\.|[^"\\])*)"|\'(?P<single>[^\']*)\'|(?P<comment>//[^\n]*|/\*.*?\*/)|(?P<mark>[{};])'
    r"|(?P<word>[^\s{};\"']+)", re.S,
)  # fmt: skip
"""Words of YANG (RFC 7950, section 6.1)."""


@dataclass(slots=True)
class Statement:
    """A statement of YANG: its keyword, its argument, and the statements in it."""

    word: str
    argument: str
    inner: list[Statement] = field(default_factory=list)

    def of(self, word: str) -> Iterator[Statement]:
        """Statements in it that have a keyword."""
        return (each for each in self.inner if each.word == word)

    def said(self, word: str) -> str:
        """Argument of the first of them; empty if there is none."""
        return next((each.argument for each in self.of(word)), "")


@dataclass(frozen=True, slots=True)
class Entries:
    """A list of a table.

    Attributes
    ----------
    keys : tuple of str
        Leaves that the parts of a row's key are.
    inner : tuple of str
        Name, key and value of the list inside that takes the fields of a row; empty if they are leaves.
    """

    name: str
    keys: tuple[str, ...]
    inner: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its module, the lists of its rows, and the rows that there is one of."""

    module: str
    namespace: str
    file: Path
    lists: tuple[Entries, ...]
    single: frozenset[str]


def statements(text: str) -> list[Statement]:
    r"""Read the statements of a module.

    Raises
    ------
    ValueError
        Braces are not balanced.

    Examples
    --------
    >>> [module] = statements('module m { prefix "a" + "b"; // a comment\n container m; }')
    >>> module.said("prefix"), module.said("container")
    ('ab', 'm')
    """
    open_ = [Statement("", "")]
    words: list[str] = []
    for found in TOKEN.finditer(text):
        mark = found["mark"]
        if found["comment"]:
            continue
        if not mark:
            words.append(next(found[kind] for kind in ("double", "single", "word") if found[kind] is not None))
        elif mark == "}":
            if len(open_) == 1:
                raise ValueError("a brace closes what is not open")
            open_.pop()
        elif words:
            made = Statement(words[0], "".join(word for word in words[1:] if word != "+"))
            open_[-1].inner.append(made)
            open_ += [made] if mark == "{" else []
            words = []
    if len(open_) > 1:
        raise ValueError(f"{open_[-1].word} {open_[-1].argument} is not closed")
    return open_[0].inner


@cache
def tables(folder: Path) -> Mapping[str, Table]:
    """Tables that the models of a folder have, by name.

    Parameters
    ----------
    folder : Path

    Raises
    ------
    ValueError
        A file is no module.
    """
    found: dict[str, Table] = {}
    for file in sorted(folder.glob("*.yang")):
        try:
            modules = statements(file.read_text(encoding="utf-8", errors="replace"))
        except ValueError as error:
            raise ValueError(f"{file}: {error}") from None
        for module in modules:
            for own in module.of("container"):
                if own.argument == module.argument:
                    found |= {each.argument: _table(module, file, each) for each in own.of("container")}
    return found


def _table(module: Statement, file: Path, container: Statement) -> Table:
    found = container.of("list")
    lists = tuple(Entries(each.argument, tuple(each.said("key").split()), _inner(each)) for each in found)
    single = frozenset(each.argument for each in container.of("container"))
    return Table(module.argument, module.said("namespace"), file, lists, single)


def _inner(entries: Statement) -> tuple[str, ...]:
    inner = next(entries.of("list"), None)
    if inner is None:
        return ()
    key = inner.said("key")
    return (inner.argument, key, next((leaf.argument for leaf in inner.of("leaf") if leaf.argument != key), ""))
