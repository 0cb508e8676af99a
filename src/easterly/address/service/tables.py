"""Operations on whole tables: import and export, as of the command line."""

from __future__ import annotations

import io
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import IO, Any

from easterly.address.ipam import Store
from easterly.address.ipam.export import export as write
from easterly.address.ipam.incoming import Unreadable, pieces
from easterly.address.ipam.load import Loaded, load
from easterly.address.service.call import Call, Refused, Reply

MEDIA = {"csv": "text/csv", "json": "application/json", "yaml": "application/yaml"}
FORMS = {media: form for form, media in MEDIA.items()} | {"application/x-yaml": "yaml", "text/yaml": "yaml"}
LARGEST_B = 128 << 20
"""Of a table: a million addresses with what is said of each."""
TOLD = 1000
"""Refused rows that are told."""
BLOCK = 1 << 18


async def import_(call: Call) -> Reply:
    """Take over VRFs, pools, devices and addresses from CSV, YAML or JSON; all, or nothing."""
    call.whole()
    media = call.headers.get("content-type", "").partition(";")[0].strip().lower()
    form = FORMS.get(media)
    if form is None:
        raise Refused(415, "media", f"a table is {', '.join(MEDIA.values())}, not {media or 'nothing'}",
                      "say what it is in Content-Type")  # fmt: skip
    with tempfile.NamedTemporaryFile(prefix="easterly-import-") as file:
        await _received(call.body, file)
        try:
            made = await call.desk.read(_loaded, call, Path(file.name), form)
        except Unreadable as error:
            said = str(error).replace(file.name, "the table")
            raise Refused(400, "unreadable", said, "see the columns") from None
    refused = [{"line": each.line, "column": each.column, "why": each.why} for each in made.faults]
    if refused and not call.query.keep_going:
        said = f"{len(refused)} faults in rows: nothing was changed"
        raise Refused(422, "rows", said, "correct them, or take the others with keep_going", rows=refused[:TOLD])
    call.desk.pools.clear()
    return Reply({
        "changed": made.added + made.pools + made.devices > 0, "added": made.added, "same": made.same,
        "pools": made.pools, "devices": made.devices, "refused": refused[:TOLD], "refused_count": len(refused),
    })  # fmt: skip


async def _received(parts: AsyncIterator[bytes], file: IO[bytes]) -> None:
    """Keep a table as it comes in; leaves where it is too large."""
    size = 0
    async for part in parts:
        size += len(part)
        if size > LARGEST_B:
            raise Refused(413, "size", f"a table of more than {LARGEST_B} bytes", "send it in parts, parents first")
        file.write(part)
    file.flush()


def _loaded(call: Call, path: Path, form: str) -> Loaded:
    query, actor = call.query, call.principal.name
    return load(call.desk.store, lambda: pieces(path, form), pool=query.pool or "", actor=actor,
                keep_going=query.keep_going)  # fmt: skip


async def export(call: Call) -> Reply:
    """Everything as a table, of one state of the store; what `POST /import` takes."""
    call.whole()
    form = call.query.format
    file = await call.desk.read(_written, call.desk.store, form)
    return Reply(None, stream=_sent(file), media=MEDIA[form])


def _written(store: Store, form: str) -> Any:
    file = tempfile.SpooledTemporaryFile(8 << 20, prefix="easterly-export-")  # noqa: SIM115
    text = io.TextIOWrapper(file, "utf-8", newline="")
    write(store, text, form)
    text.flush()
    text.detach()
    file.seek(0)
    return file


def _sent(file: Any) -> Iterator[bytes]:
    with file:
        while block := file.read(BLOCK):
            yield block
