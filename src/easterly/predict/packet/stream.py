"""Rows of a run as Parquet, a file per batch, so that a run that is cut off keeps what it had."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

ROWS, BATCHES = 1 << 18, 256
"""A table is written when it has so many rows, and all are after so many batches: no clock, so that files are equal."""
ABOUT = "run.json"


class Parquet:
    """A folder with a folder per table; rows are there once their file has its name.

    Parameters
    ----------
    folder : Path
        Made if it is not there.
    about : mapping
        What to say of the run in ``run.json``, beside whether it is complete.
    rows, batches : int
        When to write.

    Raises
    ------
    ModuleNotFoundError
        DuckDB is not installed.
    FileExistsError
        The folder has something in it.
    """

    def __init__(
        self, folder: Path, about: Mapping[str, Any] | None = None, *, rows: int = ROWS, batches: int = BATCHES
    ) -> None:
        self.connection = _connection()
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise FileExistsError(f"{folder} is not empty: name a folder that is, or is not there")
        self.folder, self.rows, self.batches = folder, rows, batches
        self.about = dict(about or {})
        self.held: dict[str, list[Mapping[str, NDArray[Any]]]] = {}
        self.files: dict[str, int] = {}
        self.unwritten = 0
        self._say(complete=False)

    def put(self, table: str, columns: Mapping[str, NDArray[Any]]) -> None:
        """Take rows of a table."""
        self.held.setdefault(table, []).append(columns)
        if sum(len(next(iter(piece.values()))) for piece in self.held[table]) >= self.rows:
            self._write(table)

    def end_batch(self) -> None:
        """So many batches after the last files, write all there is."""
        self.unwritten += 1
        if self.unwritten >= self.batches:
            self.flush()

    def flush(self) -> None:
        """Write all there is."""
        for table in sorted(self.held):
            self._write(table)
        self.unwritten = 0

    def close(self, *, complete: bool) -> None:
        """Write the rest, and whether it is all."""
        self.flush()
        self._say(complete=complete)
        self.connection.close()

    def _write(self, table: str) -> None:
        """Under another name first: a file that has its name is whole."""
        pieces = self.held.pop(table, [])
        if not pieces:
            return
        columns = {name: np.concatenate([piece[name] for piece in pieces]) for name in pieces[0]}
        number = self.files[table] = self.files.get(table, -1) + 1
        place = self.folder / table
        place.mkdir(exist_ok=True)
        part = place / f"{number:06d}.part"
        self.connection.register("held", columns)
        chosen = ", ".join(f'"{name}"' for name in columns)
        self.connection.execute(
            f"COPY (SELECT {chosen} FROM held) TO {_quoted(str(part))} (FORMAT parquet, COMPRESSION zstd)"
        )
        self.connection.unregister("held")
        part.replace(part.with_suffix(".parquet"))

    def _say(self, *, complete: bool) -> None:
        part = self.folder / (ABOUT + ".part")
        part.write_text(json.dumps(self.about | {"complete": complete}, indent=1) + os.linesep, encoding="utf-8")
        part.replace(self.folder / ABOUT)


@contextmanager
def parquet(folder: Path, about: Mapping[str, Any] | None = None) -> Iterator[Parquet]:
    """A sink for `simulate` that writes to a folder; what is there when the block is left early is written, too.

    Raises
    ------
    ModuleNotFoundError
        DuckDB is not installed.
    FileExistsError
        The folder has something in it.

    Notes
    -----
    Tables, by folder: ``flows`` as they end, ``ports``, ``classes``, ``groups`` and ``memories`` by sample, ``trace``,
    ``depths`` in the end. ``SELECT * FROM 'folder/flows/*.parquet'`` reads them while the run is still going on.
    """
    made = Parquet(folder, about)
    try:
        yield made
    except BaseException:
        made.close(complete=False)
        raise
    made.close(complete=bool(made.about.get("ended", True)))


def _connection() -> Any:
    try:
        import duckdb
    except ImportError:
        raise ModuleNotFoundError("parquet needs DuckDB: pip install 'easterly[parquet]'") from None
    return duckdb.connect(":memory:", config={"threads": 1})


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
