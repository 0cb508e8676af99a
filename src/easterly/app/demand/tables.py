"""A table with a unit for every column, as JSON, CSV or Parquet."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from easterly.app.values import number

WHOLE, REAL, WORDS, BOTH = "BIGINT", "DOUBLE", "VARCHAR", "BOOLEAN"


class MissingPart(Exception):
    """A library that is not installed, and the command that installs it."""


@dataclass(frozen=True, slots=True)
class Field:
    """A column: its name, its unit (empty for words), its kind, its values."""

    name: str
    unit: str
    kind: str
    values: list[Any]


@dataclass(frozen=True, slots=True)
class Table:
    """Columns of equal length."""

    name: str
    fields: tuple[Field, ...]

    def __len__(self) -> int:
        return len(self.fields[0].values) if self.fields else 0

    def rows(self) -> Iterable[tuple[Any, ...]]:
        """Rows as tuples."""
        return zip(*(field.values for field in self.fields), strict=True)

    def document(self) -> dict[str, Any]:
        """The table as plain values: its name, the unit of each column, its rows."""
        names = [field.name for field in self.fields]
        return {
            "table": self.name,
            "units": {field.name: field.unit for field in self.fields if field.unit},
            "rows": [dict(zip(names, row, strict=True)) for row in self.rows()],
        }


def words(name: str, values: Iterable[Any]) -> Field:
    """A column of text."""
    return Field(name, "", WORDS, [str(value) for value in values])


def reals(name: str, unit: str, values: Iterable[float]) -> Field:
    """A column of numbers, nine significant digits each; null where there is none."""
    return Field(name, unit, REAL, [number(float(value)) for value in values])


def wholes(name: str, unit: str, values: Iterable[int]) -> Field:
    """A column of whole numbers."""
    return Field(name, unit, WHOLE, [int(value) for value in values])


def truths(name: str, values: Iterable[bool]) -> Field:
    """A column of yes and no."""
    return Field(name, "", BOTH, [bool(value) for value in values])


def csv_text(table: Table) -> str:
    """The table as CSV: one line of names, empty cells where a number is not known."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([field.name for field in table.fields])
    writer.writerows(["" if cell is None else _cell(cell) for cell in row] for row in table.rows())
    return out.getvalue()


def _cell(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else repr(value) if isinstance(value, float) else str(value)


def parquet_bytes(table: Table, folder: Path) -> bytes:
    """The table as Parquet, written by DuckDB; the same bytes for the same table and version of DuckDB.

    Units are in the metadata of the file, under the key ``units``, as a JSON object by column.

    Parameters
    ----------
    table : Table
    folder : Path
        Where a file can be written for a moment.

    Raises
    ------
    MissingPart
        DuckDB is not installed.
    """
    try:
        import duckdb
    except ImportError:
        raise MissingPart("parquet needs DuckDB: pip install 'easterly[parquet]'") from None
    path = folder / "table.parquet"
    columns = {f"c{i}": _column(field) for i, field in enumerate(table.fields)}
    chosen = ", ".join(f'CAST(c{i} AS {f.kind}) AS "{f.name}"' for i, f in enumerate(table.fields))
    units = json.dumps({f.name: f.unit for f in table.fields if f.unit})
    with duckdb.connect(":memory:", config={"threads": 1}) as connection:
        connection.register("held", columns)
        connection.execute(
            f"COPY (SELECT {chosen} FROM held) TO {_quoted(str(path))} "
            f"(FORMAT parquet, COMPRESSION zstd, KV_METADATA {{units: {_quoted(units)}}})"
        )
    return path.read_bytes()


def _column(field: Field) -> np.ndarray[Any, Any]:
    """Values as numpy knows them; numbers that are not known are no numbers."""
    if field.kind == REAL:
        return np.array([np.nan if value is None else value for value in field.values], dtype=np.float64)
    types: dict[str, Any] = {WHOLE: np.int64, WORDS: np.object_, BOTH: np.bool_}
    return np.array(field.values, dtype=types[field.kind])


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def by_name(tables: Sequence[Table]) -> dict[str, Table]:
    """Tables by their names."""
    return {table.name: table for table in tables}
