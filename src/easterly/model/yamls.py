"""YAML as plain data, from files that anybody may have written.

Aliases let ten lines stand for a billion values, and brackets can lie so deep in each other that a reader which calls
itself runs out of stack. Both are refused here, with their line, before anything is built. (A site has a reader of its
own, with the same bounds, that knows the place of each value.)
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

DEPTH = 200
"""Collections in each other."""
ALIASED = 1_000_000
"""Values that aliases may stand for, all together."""
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def load(text: str | bytes) -> Any:
    r"""The document of a text; None where there is none.

    Parameters
    ----------
    text : str or bytes

    Returns
    -------
    object
        Dicts, lists, texts, numbers, dates, true, false and None.

    Raises
    ------
    yaml.YAMLError
        No YAML, more than one document, too deep, or too many values by aliases.

    Examples
    --------
    >>> load("a: &x [1, 2]\nb: *x")
    {'a': [1, 2], 'b': [1, 2]}
    """
    return yaml.load(checked(text), _LOADER)


def load_all(text: str | bytes) -> Iterator[Any]:
    """All documents of a text; arguments and errors as of `load`."""
    return iter(yaml.load_all(checked(text), _LOADER))


def compose(text: str | bytes) -> tuple[yaml.Node | None, Any]:
    """The document of a text as nodes, which know their lines, and as data; arguments and errors as of `load`."""
    node = yaml.compose(checked(text), _LOADER)
    return node, None if node is None else _LOADER("").construct_document(node)


def compose_all(text: str | bytes) -> Iterator[yaml.Node]:
    """All documents of a text as nodes; arguments and errors as of `load`."""
    return iter(yaml.compose_all(checked(text), _LOADER))


def checked(text: str | bytes) -> str | bytes:
    """A text that is within the bounds; errors as of `load`."""
    if _suspicious(text if isinstance(text, str) else text.decode("latin-1")):
        _walk(text)
    return text


def _suspicious(text: str) -> bool:
    """Whether a text may be out of bounds: it is walked over only then, which takes half as long as to read it.

    Blocks begin further right than those around them, but for a list that is a value, which may stand below its key.
    """
    if "&" in text and "*" in text:
        return True
    return text.count("[") + text.count("{") + 2 * max(map(len, text.splitlines()), default=0) > DEPTH


def _walk(text: str | bytes) -> None:
    """Go over the events of a text, and leave where it is out of bounds."""
    values, aliased = 0, 0
    sizes: dict[str, int] = {}
    inside: list[tuple[str | None, int]] = []
    for event in yaml.parse(text, _LOADER):
        match event:
            case yaml.DocumentStartEvent():
                sizes = {}
            case yaml.AliasEvent():
                if any(anchor == event.anchor for anchor, _ in inside):
                    raise _no(f"alias *{event.anchor} stands inside its own anchor", event)
                size = sizes.get(event.anchor or "", 0)  # what is not known is told where it is read
                values, aliased = values + size, aliased + size
                if aliased > ALIASED:
                    raise _no(f"aliases stand for more than {ALIASED:,} values", event)
            case yaml.ScalarEvent():
                values += 1
                sizes[event.anchor or ""] = 1
            case yaml.CollectionStartEvent():
                inside.append((event.anchor, values))
                values += 1
                if len(inside) > DEPTH:
                    raise _no(f"nested deeper than {DEPTH} levels", event)
            case yaml.CollectionEndEvent():
                anchor, before = inside.pop()
                sizes[anchor or ""] = values - before


def _no(problem: str, event: Any) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(None, None, problem, event.start_mark)
