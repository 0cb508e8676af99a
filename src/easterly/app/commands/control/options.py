"""Options that questions share, and the page that they may write."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from easterly.app import terminal

if TYPE_CHECKING:
    from easterly.app.report.drawn import Fact, Figure

F = TypeVar("F", bound=Callable[..., Any])


def report(command: F) -> F:
    """Add ``--report FILE``."""
    return click.option("--report", type=click.Path(dir_okay=False, writable=True, path_type=Path),
                        help="Write a page that draws it.")(command)  # fmt: skip


def write(
    path: Path | None, form: str, title: str, facts: Sequence[Fact], figures: Callable[[], Sequence[Figure]]
) -> None:
    """Write the page, if one is asked for; its figures are drawn only then."""
    if path is None:
        return
    from easterly.app.report.control import page

    text = page(title, facts, figures())
    with terminal.writing(path, form):
        path.write_text(text, encoding="utf-8")
