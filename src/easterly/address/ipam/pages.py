"""Readers: VRFs, pools, allocations and the audit, in pages by key; what is read is one state of the store."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, and_, func, or_, select

from easterly.address.ipam import schema
from easterly.address.ipam.connect import reading
from easterly.address.ipam.documents import documents
from easterly.address.ipam.nouns import Allocation, Entry, Pool, Vrf
from easterly.address.ipam.places import Place, place
from easterly.address.ipam.read import by_id
from easterly.address.ipam.rows import allocation_of, octets, pool_of, tagged
from easterly.address.ipam.store import Store

_A, _P = schema.allocation.c, schema.pool.c
_ROWS = select(schema.allocation)
EXACT = ("tenant", "device", "interface", "mac", "dns_name", "owner", "state", "kind", "key")
"""Columns of an allocation that a filter may name."""


def vrfs(store: Store) -> list[Vrf]:
    """All VRFs, in order of names."""
    with reading(store.engine) as connection:
        return [Vrf(*row) for row in connection.execute(select(schema.vrf).order_by(schema.vrf.c.name))]


def pools(store: Store, *, after: int = 0, limit: int = 1000) -> list[Pool]:
    """Pools in order of ids.

    Parameters
    ----------
    store : Store
    after : int
        Id of the last pool of the page before.
    limit : int

    Returns
    -------
    list of Pool
    """
    with reading(store.engine) as connection:
        rows = connection.execute(select(schema.pool).where(_P.id > after).order_by(_P.id).limit(limit))
        return [pool_of(row) for row in rows]


def pool(store: Store, named: int | str) -> Pool | None:
    """A pool by id or name; None where there is none."""
    column = _P.id if isinstance(named, int) else _P.name
    with reading(store.engine) as connection:
        row = connection.execute(select(schema.pool).where(column == named)).first()
    return None if row is None else pool_of(row)


@dataclass(frozen=True, slots=True)
class Branch:
    """A pool in its tree.

    Attributes
    ----------
    pool : Pool
    children : int
        Pools that are allocations of it.
    """

    pool: Pool
    children: int


def tree(
    store: Store, parent: int | None = None, *, vrf: int = 1, after: tuple[int, int] = (0, -1), limit: int = 1000,
    of: str | None = None,
) -> list[Branch]:  # fmt: skip
    """Children of a pool, or the pools at the top of a VRF, in order of address.

    Parameters
    ----------
    store : Store
    parent : int or None
        Id of a pool; None for the top of the VRF.
    vrf : int
        Id of the VRF; of a child, its parent's.
    after : (int, int)
        Family and first address of the last pool of the page before.
    limit : int
    of : str or None
        Only pools of this tenant, and only such children are counted.

    Returns
    -------
    list of Branch
    """
    child = schema.pool.alias()
    # `vrf` leads the index of parents.
    children = select(func.count()).where(child.c.vrf == _P.vrf, child.c.parent == _P.id)
    counted = (children if of is None else children.where(child.c.tenant == of)).scalar_subquery()
    beyond = or_(_P.family > after[0], and_(_P.family == after[0], _P.lo > octets(max(after[1], 0))))
    asked = select(schema.pool, counted).where(_P.parent.is_(None) if parent is None else _P.parent == parent)
    if after[1] >= 0:
        asked = asked.where(beyond)
    if of is not None:
        asked = asked.where(_P.tenant == of)
    with reading(store.engine) as connection:
        if parent is not None:
            vrf = connection.execute(select(_P.vrf).where(_P.id == parent)).scalar() or vrf
        rows = connection.execute(asked.where(_P.vrf == vrf).order_by(_P.family, _P.lo).limit(limit))
        return [Branch(pool_of(row), row[-1]) for row in rows]


def for_hosts(store: Store) -> dict[int, int]:
    """Addresses that hosts may still get, by the id of their pool: free ones but for the edges of prefixes.

    Parameters
    ----------
    store : Store

    Returns
    -------
    dict of int to int
        See `Pool.hosts` for what they do not get.
    """
    run = schema.free.c
    begins = select(_P.id).join(schema.free, and_(run.pool == _P.id, run.lo == _P.lo))
    ends = select(_P.id).join(schema.free, and_(run.pool == _P.id, run.hi == _P.hi))
    with reading(store.engine) as connection:
        first, last = (set(connection.execute(asked).scalars()) for asked in (begins, ends))
        every = [pool_of(row) for row in connection.execute(select(schema.pool))]
    return {
        one.id: one.size - one.used - (one.id in first and one.hosts[0] > one.lo)
        - (one.id in last and one.hosts[1] < one.hi) for one in every
    }  # fmt: skip


def allocations(
    store: Store, pool: int, *, after: int = -1, limit: int = 1000, within: str | None = None, **filters: str
) -> list[Allocation]:
    """Allocations of a pool in order of address.

    Parameters
    ----------
    store : Store
    pool : int
        Id.
    after : int
        First address of the last allocation of the page before.
    limit : int
    within : str or None
        Only those that begin inside a prefix or a range.
    **filters : str
        Values of columns (`EXACT`), or ``tag``.

    Returns
    -------
    list of Allocation

    Raises
    ------
    ValueError
        For a filter that there is not; ``AddressError`` for a `within` that is no place.
    """
    return _read(store, _page(_ROWS, pool, after, limit, filters if within is None else {**filters, "within": within}))


def _page(asked: Select[Any], pool: int, after: int, limit: int, filters: Mapping[str, str]) -> Select[Any]:
    wanted = dict(filters)
    within = wanted.pop("within", None)
    asked = _filtered(asked.where(_A.pool == pool), wanted)
    if within is not None:
        inside = place(within)
        asked = asked.where(_A.lo.between(octets(inside.lo), octets(inside.hi)))
    if after >= 0:
        asked = asked.where(_A.lo > octets(after))
    return asked.order_by(_A.lo).limit(limit)


_MEMBERS = (
    _A.id, _A.kind, _A.state, _A.until_ms, _A.owner, _A.since_ms, _A.key, _A.tenant, _A.device, _A.interface, _A.mac,
    _A.dns_name,
)  # fmt: skip
_ALWAYS = 7
"""So many of them every document has; others only where there is something to say."""


def json_page(
    store: Store, pool: int, after: int = -1, limit: int = 1000, filters: Mapping[str, str] | None = None
) -> bytes:
    """A page of `allocations` as JSON text: quick where there are many, as the database writes most of it.

    Parameters
    ----------
    store : Store
    pool : int
        Id.
    after : int
        First address of the last allocation of the page before.
    limit : int
    filters : mapping of str to str, optional
        As of `allocations`, with ``within``.

    Returns
    -------
    bytes
        ``{"items": [...], "next": "..."}``: items as of `Allocation.document`; `next` is what `after` is for the page
        behind, in decimal digits, or null where this one is not full.

    Raises
    ------
    ValueError
        As of `allocations`.
    """
    with reading(store.engine) as connection:
        family = connection.execute(select(_P.family).where(_P.id == pool)).scalar()
        asked = _page(_ROWS, pool, after, limit, filters or {})
        if family is None:
            return b'{"items": [], "next": null}'
        found = documents(connection, family, asked, _MEMBERS, f'"pool":{pool},', keep=_ALWAYS)
    following = b'"%d"' % int.from_bytes(found.last, "big") if found.count == limit else b"null"
    return found.write(b'{"items": [', b'], "next": %b}' % following)


COLUMNS = ("id", "lo", "hi", "length", "kind", "state", "until_ms", "owner", *EXACT[:5])
"""What `columns` reads."""


def columns(store: Store, pool: int, *, after: int = -1, limit: int = 100_000) -> dict[str, list[Any]]:
    """Allocations of a pool in order of address, column by column: quick where there are many.

    Parameters
    ----------
    store : Store
    pool : int
        Id.
    after : int
        First address of the last allocation of the page before.
    limit : int

    Returns
    -------
    dict of str to list
        `COLUMNS`; `lo` and `hi` as 16 bytes, big-endian.
    """
    names = ", ".join(COLUMNS)
    mark = "?" if store.engine.dialect.name == "sqlite" else "%s"
    said = f"SELECT {names} FROM allocation WHERE pool = {mark} AND lo > {mark} ORDER BY lo LIMIT {mark}"
    with reading(store.engine) as connection:
        # Past SQLAlchemy's rows, which take longer to make than the database takes to find them.
        cursor = connection.connection.cursor()
        cursor.execute(said, (pool, octets(after) if after >= 0 else b"", limit))
        rows = cursor.fetchall()
        cursor.close()
    values = zip(*rows, strict=True) if rows else ((),) * len(COLUMNS)
    return dict(zip(COLUMNS, map(list, values), strict=True))


def search(
    store: Store, *, after: int = 0, limit: int = 1000, of: str | None = None, **filters: str
) -> list[Allocation]:
    """Allocations of all pools, or of those of a tenant, in order of ids; other arguments as of `allocations`."""
    asked = _filtered(_ROWS.where(_A.id > after), filters)
    if of is not None:
        asked = asked.where(_A.pool.in_(select(_P.id).where(_P.tenant == of)))
    return _read(store, asked.order_by(_A.id).limit(limit))


def allocation(store: Store, number: int) -> Allocation | None:
    """An allocation by id; None where there is none."""
    with reading(store.engine) as connection:
        return by_id(connection, [number]).get(number)


def holders(store: Store, text: str, *, vrf: int = 1) -> list[Allocation]:
    """Who holds an address: its allocation, and those of the pools around it, the innermost last.

    Parameters
    ----------
    store : Store
    text : str
        An address or a prefix.
    vrf : int
        Id of the VRF.

    Returns
    -------
    list of Allocation

    Raises
    ------
    AddressError
    """
    wanted = place(text)
    with reading(store.engine) as connection:
        found: list[Allocation] = []
        number = connection.execute(_around(wanted, vrf)).scalar()
        while number is not None:
            row = connection.execute(
                _ROWS.where(_A.pool == number, _A.lo <= octets(wanted.lo)).order_by(_A.lo.desc()).limit(1)
            ).first()
            if row is None or (held := allocation_of(row)).hi < wanted.hi:
                break
            found.append(held)
            inner = select(_P.id).where(_P.vrf == vrf, _P.parent == number, _P.family == held.family, _P.lo == row.lo)
            number = connection.execute(inner).scalar()
    return found


def _around(wanted: Place, vrf: int) -> Select[Any]:
    """The pool at the top that may hold a place: they are disjoint, so that it is the last that begins before."""
    top = select(_P.id).where(_P.vrf == vrf, _P.parent.is_(None), _P.family == wanted.family)
    return top.where(_P.lo <= octets(wanted.lo)).order_by(_P.lo.desc()).limit(1)


def _filtered(asked: Select[Any], filters: dict[str, str]) -> Select[Any]:
    for name, value in filters.items():
        if name == "tag":
            asked = asked.where(_A.about.like(tagged(value), escape="\\"))
        elif name in EXACT:
            asked = asked.where(_A[name] == value)
        else:
            raise ValueError(f"no filter {name!r}: use one of {', '.join((*EXACT, 'tag'))}")
    return asked


def _read(store: Store, asked: Select[Any]) -> list[Allocation]:
    with reading(store.engine) as connection:
        return [allocation_of(row) for row in connection.execute(asked)]


def audit(store: Store, chain: int, *, after: int = 0, limit: int = 1000) -> list[Entry]:
    """Entries of an audit chain in their order.

    Parameters
    ----------
    store : Store
    chain : int
        Id of a pool; 0 for the administration.
    after : int
        Number of the last entry of the page before.
    limit : int

    Returns
    -------
    list of Entry
    """
    columns = schema.audit.c
    asked = select(schema.audit).where(columns.chain == chain, columns.seq > after).order_by(columns.seq).limit(limit)
    with reading(store.engine) as connection:
        return [Entry(*row) for row in connection.execute(asked)]


def all_entries(store: Store, chain: int, *, page: int = 5000) -> Iterator[Entry]:
    """Every entry of a chain, read in pages."""
    after = 0
    while entries := audit(store, chain, after=after, limit=page):
        yield from entries
        after = entries[-1].seq
