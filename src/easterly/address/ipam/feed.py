"""Events for others: each reader goes through the audit at its own pace, and misses nothing.

The audit is the outbox: what was committed is in it, in order in each chain. A reader is told an entry until it
acknowledges it (at least once); after a crash it is told again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from sqlalchemy import Connection, and_, func, select

from easterly.address.ipam import schema
from easterly.address.ipam.connect import reading, writing
from easterly.address.ipam.nouns import Entry
from easterly.address.ipam.store import Store

_R, _E, _P = schema.reader.c, schema.audit.c, schema.pool.c


def news(store: Store, reader: str, *, limit: int = 1000) -> list[Entry]:
    """Entries that a reader has not acknowledged, in order in each chain.

    Parameters
    ----------
    store : Store
    reader : str
        Its name; a new one is told everything.
    limit : int
        How many at most.

    Returns
    -------
    list of Entry
    """
    found: list[Entry] = []
    with reading(store.engine) as connection:
        seen = {row.chain: row.seq for row in connection.execute(select(schema.reader).where(_R.name == reader))}
        heads = {row.id: row.entries for row in connection.execute(select(_P.id, _P.entries))}
        heads[0] = connection.execute(select(schema.registry.c.entries)).scalar_one()
        heads.update(_closed(connection))
        for chain in sorted(number for number, entries in heads.items() if entries > seen.get(number, 0)):
            asked = select(schema.audit).where(_E.chain == chain, _E.seq > seen.get(chain, 0))
            rows = connection.execute(asked.order_by(_E.seq).limit(limit - len(found)))
            found += [Entry(*row) for row in rows]
            if len(found) >= limit:
                break
    return found


def _closed(connection: Connection) -> dict[int, int]:
    """Length of the chains of pools that are gone, from the administration's chain."""
    removed = select(_E.text).where(_E.chain == 0, _E.text.like('%"do":"remove-pool"%'))
    ids = [json.loads(text)["id"] for text in connection.execute(removed).scalars()]
    ends = select(_E.chain, func.max(_E.seq)).where(_E.chain.in_(ids)).group_by(_E.chain)
    return {row[0]: row[1] for row in connection.execute(ends)}


def forget(store: Store, reader: str) -> bool:
    """Forget how far a reader is; False where nothing was known of it. A reader of its name begins anew."""
    with writing(store.engine) as connection:
        return connection.execute(schema.reader.delete().where(_R.name == reader)).rowcount > 0


def acknowledge(store: Store, reader: str, entries: Iterable[Entry]) -> None:
    """Tell that a reader has done with some entries, and with those before them in their chains.

    Parameters
    ----------
    store : Store
    reader : str
    entries : iterable of Entry
    """
    upto: dict[int, int] = {}
    for entry in entries:
        upto[entry.chain] = max(entry.seq, upto.get(entry.chain, 0))
    with writing(store.engine) as connection:
        for chain, seq in sorted(upto.items()):
            mine = and_(_R.name == reader, _R.chain == chain)
            if not connection.execute(schema.reader.update().where(mine, _R.seq <= seq).values(seq=seq)).rowcount:
                known = connection.execute(select(_R.seq).where(mine)).first()
                if known is None:
                    connection.execute(schema.reader.insert(), {"name": reader, "chain": chain, "seq": seq})
