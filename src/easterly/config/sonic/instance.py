"""Tables of config_db.json as instance data of YANG models, in XML: text for all values, whatever their type."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from easterly.base.counts import counted
from easterly.config.sonic.models import Entries, Table

NAME = re.compile(r"[A-Za-z_][\w.-]*")
NOTHING = "NULL"
"""A field that stands for a row without fields."""
Rows = Mapping[str, Mapping[str, Any]]


def instance(tables: Mapping[str, Rows], models: Mapping[str, Table]) -> str:
    """Instance data of the tables that have a model.

    Parameters
    ----------
    tables : mapping of str to rows
    models : mapping of str to Table

    Returns
    -------
    str
        One element for each module, and in it one for each table, in the order of their names.

    Raises
    ------
    ValueError
        A row has more or fewer parts in its key than any list of the table, or a field that cannot be a leaf.
    """
    modules: dict[str, list[str]] = defaultdict(list)
    for name in sorted(tables.keys() & models.keys()):
        rows = "".join(_row(name, models[name], key, row) for key, row in tables[name].items())
        modules[models[name].module].append(_element(name, rows))
    spaces = {table.module: table.namespace for table in models.values()}
    return "".join(
        f"<{module} xmlns={quoteattr(spaces[module])}>{''.join(inner)}</{module}>\n"
        for module, inner in sorted(modules.items())
    )


def _row(table: str, model: Table, key: str, row: Mapping[str, Any]) -> str:
    where = f"{table}|{key}"
    if key in model.single:
        return _element(key, "".join(_leaves(where, row)))
    parts = key.split("|")
    entries = next((each for each in model.lists if len(each.keys) == len(parts)), None)
    if entries is None:
        counts = sorted({len(each.keys) for each in model.lists})
        raise ValueError(
            f"{where}: a key of {counted(len(parts), 'part')}, and {model.module} has keys of {counts or 'none'}"
        )
    keys = "".join(_element(leaf, escape(part)) for leaf, part in zip(entries.keys, parts, strict=True))
    return _element(entries.name, keys + "".join(_fields(where, entries, row)))


def _fields(where: str, entries: Entries, row: Mapping[str, Any]) -> Iterator[str]:
    if not entries.inner:
        yield from _leaves(where, {name: value for name, value in row.items() if name not in entries.keys})
        return
    name, key, value = entries.inner
    for left, right in row.items():
        yield _element(name, _element(key, escape(left)) + _element(value, escape(str(right))))


def _leaves(where: str, row: Mapping[str, Any]) -> Iterator[str]:
    """Fields as leaves; a list of values is a leaf-list."""
    for name, value in row.items():
        if name == NOTHING:
            continue
        if not NAME.fullmatch(name):
            raise ValueError(f"{where}: no field can be called {name}")
        yield from (_element(name, escape(str(each))) for each in (value if isinstance(value, list) else [value]))


def _element(name: str, inner: str) -> str:
    return f"<{name}>{inner}</{name}>"
