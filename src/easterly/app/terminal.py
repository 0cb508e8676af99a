"""What all verbs share: options, reading a site, printing findings, the JSON envelope, exit codes."""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click

from easterly.base.counts import counted
from easterly.base.findings import Finding, FindingsError, Severity

if TYPE_CHECKING:
    from easterly.model.address import AddressPlan

F = TypeVar("F", bound=Callable[..., Any])
FINE, FOUND, USAGE, NO_PLAN = 0, 1, 2, 3
MOST_SEED = 2**63

NO_PATH = "E701"


class _File(click.Path):
    """A path; a name that no file can have is misuse."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if "\0" in str(value):
            self.fail(f"{value!r} is no name of a file: it holds a character 0", param, ctx)
        return super().convert(value, param, ctx)


SITE = _File(path_type=Path)


class Share(click.FloatRange):
    """A part or a ratio: ``0.2`` and ``20%`` are the same; no NaN."""

    name = "share"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Read the text."""
        text = str(value).strip()
        try:
            number = float(text[:-1]) / 100 if text.endswith("%") else float(text)
        except ValueError:
            number = float("nan")
        if number != number:
            self.fail(f"{text!r} is no share; write it like 20% or 0.2", param, ctx)
        return float(super().convert(number, param, ctx))


class Finite(click.FloatRange):
    """A number within a range; no NaN, which is beside every range and outside of none."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Read the text."""
        number = float(super().convert(value, param, ctx))
        if not math.isfinite(number):
            self.fail(f"{value!r} is no finite number", param, ctx)
        return number


def format_option(command: F) -> F:
    """Add ``--format text|json``."""
    return click.option(
        "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True,
        help="Text for people, or one JSON object on stdout.",
    )(command)  # fmt: skip


def strict_option(command: F) -> F:
    """Add ``--strict``."""
    return click.option("--strict", is_flag=True, help="Warnings and UNPROVEN verdicts also give exit code 1.")(command)


def envelope(result: Any, findings: Iterable[Finding]) -> str:
    """The one JSON object that every verb prints."""
    from easterly.app.document import SCHEMA, dump, finding

    return dump({"schema": SCHEMA, "result": result, "findings": [finding(f) for f in findings]})


def emit_json(result: Any, findings: Iterable[Finding] = ()) -> None:
    """Print the envelope on stdout."""
    click.echo(envelope(result, findings), nl=False)


def tell(result: Any, form: str, show: Callable[[Any], object], findings: Sequence[Finding] = ()) -> None:
    """Print a result for programs, or for people: these see the findings first, on stderr."""
    if form == "json":
        emit_json(result, findings)
    else:
        print_findings(findings, None)
        show(result)


def print_findings(findings: Sequence[Finding], source: Any, *, err: bool = True) -> None:
    """Print located findings, with colours where the terminal wants them."""
    from easterly.site import format_findings

    if findings:
        stream = sys.stderr if err else sys.stdout
        click.echo(format_findings(findings, source, color=colours(stream)), err=err)


def colours(stream: Any) -> bool:
    """Whether a stream is a terminal that has not refused colours."""
    return bool(stream.isatty()) and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"


def unreadable(path: Path, error: OSError, form: str = "text") -> NoReturn:
    """Leave with code 2 and one line that says why a file cannot be read."""
    message = f"{path}: cannot be read: {error.strerror or error}"
    if form == "json":
        emit_json(None, [Finding("E100", "", message, "check the path and its permissions")])
    click.echo(f"easterly: {message}", err=True)
    sys.exit(USAGE)


def unwritable(path: Path, error: OSError, form: str = "text") -> NoReturn:
    """Leave with code 2 and one line that says why nothing can be written there."""
    message = f"{path}: cannot be written: {error.strerror or error}"
    if form == "json":
        emit_json(None, [Finding("E100", "", message, "name a folder that you may write to")])
    click.echo(f"easterly: {message}", err=True)
    sys.exit(USAGE)


def misused(message: str, form: str) -> NoReturn:
    """Leave with code 2 and one line that says what was asked for in vain."""
    if form == "json":
        emit_json(None, [Finding("E100", "", message)])
    click.echo(f"easterly: {message}", err=True)
    sys.exit(USAGE)


@contextmanager
def writing(path: Path, form: str) -> Iterator[None]:
    """Turn the failure to write something below `path` into `unwritable`."""
    try:
        yield
    except OSError as error:
        unwritable(Path(error.filename or path), error, form)


def written(path: Path, text: str, form: str) -> None:
    """Write a page or a file of results; leave with code 2 where that cannot be."""
    from easterly.app.planning import write_text

    with writing(path, form):
        write_text(path, text)


def writable(path: Path, form: str) -> None:
    """Leave with code 2 where a file could not be written, before anybody waits for what should stand in it."""
    new = not path.exists()
    with writing(path, form):
        path.open("ab").close()
        if new:
            path.unlink()


def read(
    path: Path, form: str, cache: Path | None = None, previous: AddressPlan | None = None
) -> tuple[Any, tuple[Finding, ...], Any]:
    """Nouns, located findings and source of a site file; no nouns (None) where the site has errors.

    Leaves with code 2 if the file cannot be read. `cache` is the folder of results kept between runs, `previous` an
    earlier plan whose numbers stay.
    """
    from easterly import site as text
    from easterly.study.check import check
    from easterly.study.nouns import Nouns
    from easterly.study.stages import Stages

    try:
        source = text.read_source(path)
    except OSError as error:
        unreadable(path, error, form)
    try:
        loaded = text.parse(source)
    except FindingsError as error:
        return None, text.locate(error.findings, source), source
    nouns = Nouns(loaded.site, Stages(cache), previous)
    found = text.locate((*loaded.notes, *check(loaded.site, nouns)), source)
    broken = any(f.severity is Severity.ERROR for f in found)
    return None if broken else nouns, found, source


def read_or_leave(
    path: Path, form: str, cache: Path | None, previous: AddressPlan | None = None
) -> tuple[Any, tuple[Finding, ...], Any]:
    """Like `read`, but prints the findings and leaves with code 1 where there are errors."""
    nouns, found, source = read(path, form, cache, previous)
    if nouns is None:
        refused(found, source, form)
    return nouns, found, source


def refused(found: Sequence[Finding], source: Any, form: str) -> NoReturn:
    """Leave with the located findings that say why something cannot be made: code 1, or 3 where no plan exists."""
    if form == "json":
        emit_json(None, found)
    else:
        print_findings(found, source)
        click.echo(summary(found), err=True)
    sys.exit(NO_PLAN if infeasible(found) else FOUND)


def infeasible(findings: Sequence[Finding]) -> bool:
    """Whether the site is well-formed, and all that is wrong is that its traffic has no way."""
    return {f.code for f in findings if f.severity is Severity.ERROR} <= {NO_PATH}


def summary(findings: Sequence[Finding]) -> str:
    """``2 errors, 1 warning``, or ``no findings``."""
    counts = [(sum(f.severity is s for f in findings), s.value) for s in Severity]
    said = [counted(n, word) for n, word in counts if n]
    return ", ".join(said) or "no findings"


def code_for(findings: Sequence[Finding], *, strict: bool) -> int:
    """Exit code that findings ask for."""
    bad = {Severity.ERROR, Severity.WARNING} if strict else {Severity.ERROR}
    return FOUND if any(f.severity in bad for f in findings) else FINE
