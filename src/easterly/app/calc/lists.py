"""Lists of prefixes on the command line: words, files of lines, the input; and how lists are printed."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from easterly.app import terminal
from easterly.app.calc import asking
from easterly.base.findings import Finding

if TYPE_CHECKING:
    from easterly.address.listed import FaultyList
    from easterly.address.prefixes import Prefixes
    from easterly.address.text import Prefix

LARGEST_B = 1 << 30
SHOWN = 20
INPUT = "-"


def given(words: Sequence[str], form: str, *, bare: bool = False) -> Prefixes:
    """Prefixes that were typed, in their order; leaves with the findings of a file that has faults.

    Parameters
    ----------
    words : sequence of str
        A prefix, ``@FILE`` or ``-``, each.
    form : str
        ``text`` or ``json``.
    bare : bool
        Whether an address stands for itself alone.

    Raises
    ------
    Misread
        A word that is no prefix.
    """
    from easterly.address.prefixes import Prefixes, joined

    found = [_read(word, form, bare) if _is_list(word) else Prefixes.of([one(word, bare=bare)]) for word in words]
    return joined(*found) if found else Prefixes.of([])


def _is_list(word: str) -> bool:
    return word == INPUT or word.startswith("@")


def one(word: str, *, bare: bool = False) -> Prefix:
    """One prefix that was typed; with `bare`, an address is one too.

    Raises
    ------
    Misread
        For any other word, with the code and the hint of the reader.
    """
    from easterly.address.text import AddressError, read, read_host

    try:
        return read_host(word) if bare and "/" not in word else read(word)
    except AddressError as error:
        raise asking.Misread(str(error), error.code, error.hint, None) from None


def _read(word: str, form: str, bare: bool) -> Prefixes:
    from easterly.address.listed import FaultyList, read_list

    data = content(word, form)
    try:
        return read_list(data, bare=bare).prefixes
    except FaultyList as error:
        _wrong(error, name_of(word), form)


def name_of(word: str) -> str:
    """How a list is called in findings."""
    return "input" if word == INPUT else word[1:]


def content(word: str, form: str) -> bytes:
    """Bytes of ``@FILE`` or of the input; leaves with code 2 where they cannot be read."""
    if word == INPUT:
        data = sys.stdin.buffer.read(LARGEST_B + 1)
    else:
        path = Path(word[1:])
        try:
            with path.open("rb") as file:
                data = file.read(LARGEST_B + 1)
        except OSError as error:
            terminal.unreadable(path, error, form)
        except ValueError as error:  # a name with a zero byte
            terminal.misused(f"{path}: cannot be read: {error}", form)
    if len(data) > LARGEST_B:
        terminal.misused(f"{name_of(word)}: larger than {LARGEST_B >> 20} MiB; split it", form)
    return data.removeprefix(b"\xef\xbb\xbf")


def _wrong(error: FaultyList, name: str, form: str) -> NoReturn:
    found = [
        Finding(each.code, "", each.message, each.hint, line=each.line, column=each.column, file=name)
        for each in error.faults
    ]
    if form != "json" and error.count > SHOWN:
        terminal.print_findings(found[:SHOWN], None)
        click.echo(f"and {error.count - SHOWN:,} more", err=True)
        sys.exit(terminal.FOUND)
    terminal.refused(found, None, form)


def tell(prefixes: Prefixes, form: str, **more: Any) -> None:
    """Print a list: one a line, so that other programs read it; or one JSON object."""
    if form == "json":
        terminal.emit_json({**more, "count": len(prefixes), "prefixes": prefixes.text()})
    else:
        click.echo("".join(f"{row}\n" for row in prefixes.text()), nl=False)


def more_than_shown(count: int) -> None:
    """Say how many rows were left out."""
    if count > SHOWN:
        click.echo(f"  and {count - SHOWN:,} more (--format json has all)")


def listing(words: Iterable[str]) -> str:
    """Words for a title: all of few, the first of many."""
    every = list(words)
    return ", ".join(every[:4]) + (f" and {len(every) - 4} more" if len(every) > 4 else "")
