"""Webhooks: what happened, from the audit, to whoever asked for it, at least once and in order in each chain."""

from __future__ import annotations

import hashlib
import hmac
import json
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from http.client import HTTPException
from typing import Any

from sqlalchemy import func, select

from easterly.address.ipam import Entry, Store, schema
from easterly.address.ipam.administer import note
from easterly.address.ipam.connect import reading, writing
from easterly.address.ipam.feed import acknowledge, news
from easterly.address.ipam.nouns import origin

_H, _P = schema.hook.c, schema.pool.c
BATCH = 500
"""Events of one delivery."""
TIMEOUT_S = 10.0
FIRST_S, LONGEST_S = 1.0, 300.0
"""Wait after a failure; doubled after each further one."""
Send = Callable[[str, bytes, dict[str, str]], None]
"""Delivers a body with headers to a URL; raises `OSError` where that fails."""


def reader_of(name: str) -> str:
    """Name under which a hook reads the audit."""
    return f"hook:{name}"


def add(store: Store, name: str, url: str, secret: str, pools: Sequence[int] = (), actor: str = "") -> None:
    """Make a hook that is told what happens from now on.

    The audit tells of its URL where it leads to, as paths and queries of hooks are often secret themselves.

    Parameters
    ----------
    store : Store
    name : str
        Unique.
    url : str
    secret : str
        Signs what is sent.
    pools : sequence of int
        Ids; all if empty.
    actor : str

    Raises
    ------
    ValueError
        A name that there is.
    """
    with writing(store.engine) as connection:
        if connection.execute(select(_H.name).where(_H.name == name)).first():
            raise ValueError(f"there is a hook {name!r}: remove it first, or choose another name")
        row = {"name": name, "url": url, "secret": secret, "pools": json.dumps(sorted(pools)), "failures": 0,
               "next_ms": store.now_ms()}  # fmt: skip
        told = {"name": name, "to": origin(url), "pools": sorted(pools)}
        note(connection, {"do": "add-hook", "by": actor, "hook": told}, store.now_ms())
        connection.execute(schema.hook.insert(), row)
        connection.execute(schema.reader.delete().where(schema.reader.c.name == reader_of(name)))
        heads = [(each.id, each.entries) for each in connection.execute(select(_P.id, _P.entries))]
        heads.append((0, connection.execute(select(schema.registry.c.entries)).scalar_one()))
        gone = select(schema.audit.c.chain, func.max(schema.audit.c.seq)).group_by(schema.audit.c.chain)
        known = {chain for chain, _ in heads}
        heads += [(row_.chain, row_[1]) for row_ in connection.execute(gone) if row_.chain not in known]
        rows = [{"name": reader_of(name), "chain": chain, "seq": seq} for chain, seq in heads]
        connection.execute(schema.reader.insert(), rows)


def drop(store: Store, name: str, actor: str = "") -> bool:
    """Remove a hook; False where there is none."""
    with writing(store.engine) as connection:
        connection.execute(schema.reader.delete().where(schema.reader.c.name == reader_of(name)))
        dropped = connection.execute(schema.hook.delete().where(_H.name == name)).rowcount > 0
        if dropped:
            note(connection, {"do": "remove-hook", "by": actor, "name": name}, store.now_ms())
    return dropped


def listed(store: Store) -> list[dict[str, Any]]:
    """All hooks but their secrets, in order of names."""
    columns = (_H.name, _H.url, _H.pools, _H.failures)
    with reading(store.engine) as connection:
        rows = connection.execute(select(*columns).order_by(_H.name)).all()
    return [{**row._mapping, "pools": json.loads(row.pools)} for row in rows]


def deliver(store: Store, send: Send | None = None) -> int:
    """Tell every hook whose time has come what it has not been told.

    Parameters
    ----------
    store : Store
    send : callable, optional
        How to send; by HTTP if absent.

    Returns
    -------
    int
        Events that were delivered.
    """
    with reading(store.engine) as connection:
        due = connection.execute(select(schema.hook).where(_H.next_ms <= store.now_ms()).order_by(_H.name)).all()
    return sum(_deliver(store, row, send or post) for row in due)


def _deliver(store: Store, row: Any, send: Send) -> int:
    entries = news(store, reader_of(row.name), limit=BATCH)
    chosen = set(json.loads(row.pools))
    wanted = [entry for entry in entries if not chosen or entry.chain in chosen]
    try:
        if wanted:
            body = json.dumps({"hook": row.name, "events": [_event(entry) for entry in wanted]}).encode()
            send(row.url, body, signed(body, row.secret))
    except OSError:
        wait_s = min(FIRST_S * 2.0 ** min(row.failures, 30), LONGEST_S)
        _note(store, row.name, row.failures + 1, store.now_ms() + int(wait_s * 1000))
        return 0
    if entries:
        acknowledge(store, reader_of(row.name), entries)
    if row.failures:
        _note(store, row.name, 0, store.now_ms())
    return len(wanted)


def _event(entry: Entry) -> dict[str, Any]:
    return {"pool": entry.chain, "seq": entry.seq, "at_ms": entry.at_ms, "change": entry.change}


def _note(store: Store, name: str, failures: int, next_ms: int) -> None:
    with writing(store.engine) as connection:
        connection.execute(schema.hook.update().where(_H.name == name).values(failures=failures, next_ms=next_ms))


def signed(body: bytes, secret: str) -> dict[str, str]:
    """Headers of a delivery: who made it can be checked with the secret (HMAC-SHA-256, RFC 2104).

    >>> signed(b"{}", "0123456789abcdef")["Easterly-Signature"][:17]
    'sha256=f91e3e9f05'
    """
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {"Content-Type": "application/json", "Easterly-Signature": f"sha256={signature}"}


class _Stay(urllib.request.HTTPRedirectHandler):
    """What is signed for one place is not carried to another."""

    def redirect_request(self, *_: Any) -> None:
        return None


def post(url: str, body: bytes, headers: dict[str, str]) -> None:
    """Send by HTTP; every answer but 2xx is a failure.

    Raises
    ------
    OSError
    """
    request = urllib.request.Request(url, data=body, headers=headers, method="POST")
    opener = urllib.request.build_opener(_Stay)
    try:
        with opener.open(request, timeout=TIMEOUT_S):
            return
    except urllib.error.HTTPError as error:
        raise OSError(f"{url} answered {error.code}") from None
    except (ValueError, HTTPException) as error:  # no URL, and no HTTP
        raise OSError(f"{url}: {error}") from None
