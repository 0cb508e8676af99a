"""Requests that wait for somebody's approval."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from easterly.address.ipam import schema
from easterly.address.ipam.administer import record
from easterly.address.ipam.batch import answer
from easterly.address.ipam.bound import share
from easterly.address.ipam.connect import reading, writing
from easterly.address.ipam.nouns import Outcome, canonical, refused
from easterly.address.ipam.requests import Allocate
from easterly.address.ipam.store import Store
from easterly.address.ipam.write import Guarded

_Q = schema.approval.c


@dataclass(frozen=True, slots=True)
class Question:
    """A request that waits, or that was decided.

    Attributes
    ----------
    id : int
    pool : int
    request : Allocate
    state : str
        ``open``, ``approved`` or ``rejected``.
    asker : str
    asked_ms : int
    decider, note : str or None
    decided_ms : int or None
    """

    id: int
    pool: int
    request: Allocate
    state: str
    asker: str
    asked_ms: int
    decider: str | None
    decided_ms: int | None
    note: str | None


def ask(store: Store, request: Allocate) -> Outcome:
    """Put a request before those who may approve it; nothing is allocated yet.

    Parameters
    ----------
    store : Store
    request : Allocate

    Returns
    -------
    Outcome
        With the id of the question.
    """
    with writing(store.engine) as connection:
        row = connection.execute(select(schema.registry).with_for_update()).one()
        column = schema.pool.c.id if isinstance(request.pool, int) else schema.pool.c.name
        pool = connection.execute(select(schema.pool.c.id).where(column == request.pool)).scalar()
        if pool is None:
            return refused("unknown", f"there is no pool {request.pool!r}", "add it first")
        asked = {
            "id": row.next, "pool": pool, "request": canonical(asdict(request)), "state": "open",
            "asker": request.actor, "asked_ms": store.now_ms(),
        }  # fmt: skip
        connection.execute(schema.approval.insert(), asked)
        record(connection, row, {"do": "ask", "by": request.actor, "id": row.next, "pool": pool}, 1, store.now_ms())
    return Outcome(id=row.next)


def decide(store: Store, question: int, *, approve: bool, actor: str, note: str = "") -> Outcome:
    """Approve a request, which is then carried out in the same transaction, or reject it.

    Parameters
    ----------
    store : Store
    question : int
        Its id.
    approve : bool
    actor : str
        Who decides; not who asked.
    note : str

    Returns
    -------
    Outcome
        Of the request; one that is refused leaves the question open.
    """
    try:
        with writing(store.engine) as connection:
            share(connection)
            row = connection.execute(select(schema.registry).with_for_update()).one()
            found = connection.execute(select(schema.approval).where(_Q.id == question)).first()
            if found is None or found.state != "open":
                return refused("gone", f"there is no open question {question}", "it was decided, or never asked")
            if actor == found.asker:
                return refused("not-owner", "nobody approves what they ask for", "let somebody else decide")
            outcome = Outcome(id=question)
            if approve:
                [outcome] = answer(connection, [_read(found.request)], store.now_ms(), approved=True)
                if not outcome.ok:
                    return outcome
            verb = "approve" if approve else "reject"
            state = {"state": f"{verb}d" if approve else "rejected", "decider": actor, "note": note}
            connection.execute(
                update(schema.approval).where(_Q.id == question).values(decided_ms=store.now_ms(), **state)
            )
            record(connection, row, {"do": verb, "by": actor, "id": question, "note": note}, 0, store.now_ms())
            return outcome
    except (IntegrityError, Guarded) as error:
        return refused("conflict", f"the database refused it: {error}", "run fsck")


def questions(
    store: Store, *, state: str = "open", after: int = 0, limit: int = 1000, of: str | None = None
) -> list[Question]:
    """Questions in one state, of all pools or of those of a tenant, in the order in which they were asked."""
    asked = select(schema.approval).where(_Q.state == state, _Q.id > after).order_by(_Q.id).limit(limit)
    if of is not None:
        asked = asked.where(_Q.pool.in_(select(schema.pool.c.id).where(schema.pool.c.tenant == of)))
    with reading(store.engine) as connection:
        return [Question(**(row._asdict() | {"request": _read(row.request)})) for row in connection.execute(asked)]


def _read(text: str) -> Allocate:
    said = json.loads(text)
    return Allocate(**(said | {"tags": tuple(said["tags"])}))
