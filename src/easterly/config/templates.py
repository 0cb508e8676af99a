"""Templates: one strict environment, each template compiled once."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import Template


@cache
def template(name: str) -> Template:
    """A template of a dialect, such as ``frr/router.conf.j2``.

    A name that a template uses and the renderer does not give is an error, never an empty text; nothing is
    escaped, since no dialect is HTML.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), undefined=StrictUndefined, autoescape=False,
        trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True, optimized=True,
    )  # fmt: skip
    return environment.get_template(name)
