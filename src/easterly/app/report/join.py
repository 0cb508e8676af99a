"""Our ES modules, joined into one script.

Browsers block ``import`` on pages opened from disk, so the report carries one inline module. The
modules stay as they are for a server: joining only drops their import lines and the word ``export``.
That asks two things of them, both checked here: imports and exports are by name and rename nothing, and no
two modules declare the same name at top level.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

STATIC = Path(__file__).parent / "static"
_IMPORT = re.compile(r'^import \{(?:\s*[\w$]+\s*(?:,|(?=\})))*\s*\} from "\./([a-z_]+\.js)";$', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|class|const|let) )", re.MULTILINE)
_DECLARED = re.compile(r"^(?:async )?(?:function|class|const|let) ([A-Za-z_$][\w$]*)", re.MULTILINE)
_LEFT_OVER = re.compile(r"^(?:import|export)\b.*$", re.MULTILINE)


class JoinError(ValueError):
    """A module is written in a way that cannot be joined."""


@cache
def joined(entry: str = "report.js", folder: Path = STATIC) -> str:
    """Text of `entry` and of all modules that it imports, each once, after those it needs.

    Parameters
    ----------
    entry : str
        File name of the module to start from.
    folder : Path
        Folder of the modules.

    Raises
    ------
    JoinError
        An import or export of another form, or one name declared in two modules.
    """
    parts = [_bare(name, (folder / name).read_text("utf-8")) for name in _order(entry, folder)]
    text = "\n".join(parts)
    names = _DECLARED.findall(text)
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise JoinError(f"declared in two modules: {', '.join(twice)}")
    return text


def _order(entry: str, folder: Path) -> list[str]:
    """File names, imported ones first; a module is visited once, so cycles end."""
    order: list[str] = []
    seen: set[str] = set()

    def visit(name: str) -> None:
        if name in seen:
            return
        seen.add(name)
        for needed in _IMPORT.findall((folder / name).read_text("utf-8")):
            visit(needed)
        order.append(name)

    visit(entry)
    return order


def _bare(name: str, text: str) -> str:
    text = _EXPORT.sub("", _IMPORT.sub("", text))
    left = _LEFT_OVER.search(text)
    if left:
        raise JoinError(f"{name}: cannot join {left.group(0)!r}")
    return f"// {name}\n{text.strip()}\n"
