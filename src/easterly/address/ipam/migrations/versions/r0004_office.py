"""Tokens and hooks that there are, told by the administration's audit."""

from __future__ import annotations

import hashlib
import json
import time
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Write an entry for each; from now on one is written with each change, and their replay is what there is."""
    connection = op.get_bind()
    registry = connection.execute(sa.text("SELECT entries, head FROM registry")).first()
    changes = [*_tokens(connection), *_hooks(connection)]
    if registry is None or not changes:
        return
    seq, head, at_ms = registry.entries, bytes(registry.head), int(time.time() * 1000)
    said = sa.text("INSERT INTO audit (chain, seq, at_ms, text, hash) VALUES (0, :seq, :at_ms, :text, :hash)")
    for change in changes:
        text = json.dumps({"at": at_ms, "by": "", **change}, sort_keys=True, separators=(",", ":"))
        seq, head = seq + 1, hashlib.sha256(head + text.encode()).digest()
        connection.execute(said, {"seq": seq, "at_ms": at_ms, "text": text, "hash": head})
    connection.execute(sa.text("UPDATE registry SET entries = :seq, head = :head"), {"seq": seq, "head": head})


def _tokens(connection: sa.Connection) -> list[dict[str, Any]]:
    rows = connection.execute(sa.text("SELECT id, name, role, tenant, since_ms, until_ms FROM token ORDER BY id"))
    return [{"do": "add-token", "token": dict(row._mapping)} for row in rows]


def _hooks(connection: sa.Connection) -> list[dict[str, Any]]:
    rows = connection.execute(sa.text("SELECT name, url, pools FROM hook ORDER BY name"))
    return [
        {"do": "add-hook", "hook": {"name": row.name, "to": _origin(row.url), "pools": json.loads(row.pools)}}
        for row in rows
    ]


def _origin(url: str) -> str:
    """Where a URL leads to; the rest of it may be secret."""
    try:
        read = urlsplit(url)
        port = "" if read.port is None else f":{read.port}"
    except ValueError:
        return ""
    host = f"[{read.hostname}]" if ":" in (read.hostname or "") else read.hostname
    return f"{read.scheme}://{host}{port}" if read.scheme and host else ""
