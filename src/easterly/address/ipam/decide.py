"""Allocations, decided in memory: one request against one pool."""

from __future__ import annotations

from easterly.address.ipam.bound import fit
from easterly.address.ipam.ledger import Ledger, Terms
from easterly.address.ipam.nouns import SEQUENCE_BITS, About, Outcome, Pool, refused
from easterly.address.ipam.places import Place, between, place
from easterly.address.ipam.requests import Allocate
from easterly.address.ipam.space import Run
from easterly.address.text import AddressError

MOST = 1 << 20
"""Allocations that one request may make."""


def named(request: Allocate) -> Place | None:
    """The place that a request names, if any.

    Raises
    ------
    AddressError
    """
    if request.address is not None:
        return place(request.address)
    if request.first is not None or request.last is not None:
        return between(request.first or "", request.last or "")
    return None


def allocate(ledger: Ledger, request: Allocate, *, kind: str = "", approved: bool = False) -> Outcome:
    """Answer one request for addresses.

    Parameters
    ----------
    ledger : Ledger
        Changed only where the request is granted.
    request : Allocate
    kind : str
        ``pool`` for the place of a child pool.
    approved : bool
        Whether somebody has approved it.

    Returns
    -------
    Outcome
    """
    if request.key is not None and (earlier := ledger.keys.get(request.key)) is not None:
        if earlier.digest != request.digest():
            return refused(
                "reused-key", f"key {request.key!r} was used for another request", "take a new key for each request"
            )
        same = (ledger.find(number) for number in range(earlier.id, earlier.id + earlier.keyed))
        return Outcome(tuple(a for a in same if a is not None and a.state != "quarantined"), repeated=True)
    no = _impossible(ledger.pool, request, approved or kind == "pool")
    if no is None and isinstance(about := fit(ledger.devices, request.about, request.within), Outcome):
        no = about
    if no is not None:
        return no
    try:
        wanted = named(request)
    except AddressError as error:
        return refused("invalid", str(error), error.hint)
    if wanted is not None:
        return _explicit(ledger, request, wanted, kind)
    return _next(ledger, request, kind)


def _impossible(pool: Pool, request: Allocate, approved: bool) -> Outcome | None:
    """Why a request cannot be granted by any state of the pool's space."""
    if not 1 <= request.count <= MOST:
        return refused("invalid", f"count is {request.count}", f"ask for 1 to {MOST} at a time")
    if request.lease_s is not None and not 0 < request.lease_s < 1e10:
        return refused("invalid", f"a lease of {request.lease_s} s", "a lease is above 0 s, up to 1e10 s, or left out")
    if pool.longest_s is not None and (request.lease_s or 0) > pool.longest_s:
        return refused("invalid", f"a lease of {request.lease_s:g} s", f"the pool's longest is {pool.longest_s:g} s")
    if pool.approval and not approved:
        return refused("pending", f"pool {pool.name} wants somebody's approval", "put the request before them first")
    length = request.prefix_length
    if length is not None and not (max(pool.length, 0) <= length <= pool.bits):
        hint = f"a block's length is {max(pool.length, 0)} to {pool.bits}"
        return refused("invalid", f"a /{length} out of {pool.text}", hint)
    return None


def _next(ledger: Ledger, request: Allocate, kind: str) -> Outcome:
    """The next free hosts or blocks."""
    pool, length = ledger.pool, request.prefix_length
    if length is None:
        runs = ledger.space.hosts(request.count, *pool.hosts)
        if runs is None:
            return _exhausted(pool, _counted(request.count, "address", "es"))
        singles = [(n, n) for lo, hi in runs for n in range(lo, hi + 1)]
        return _granted(ledger, request, singles, pool.bits, kind or "address")
    size = 1 << (pool.bits - length)
    taken: list[Run] = []
    for _ in range(request.count):
        at = ledger.space.sparse(length) if request.sparse else ledger.space.block(length)
        if at is None:
            for run in taken:
                ledger.space.give(*run)
            return _exhausted(pool, f"{_counted(request.count, 'block', 's')} of /{length}")
        taken.append((at, at + size - 1))
    return _granted(ledger, request, taken, length, kind or "block")


def _counted(count: int, noun: str, more: str) -> str:
    return f"{count} {noun}{more if count != 1 else ''}"


def _exhausted(pool: Pool, wanted: str) -> Outcome:
    return refused(
        "exhausted", f"pool {pool.name} ({pool.text}) has no room for {wanted}", "release some, or add another pool"
    )


def _explicit(ledger: Ledger, request: Allocate, wanted: Place, kind: str) -> Outcome:
    """The address, prefix or range that is named."""
    pool = ledger.pool
    family, lo, hi, length = wanted
    if family != pool.family or lo < pool.lo or hi > pool.hi:
        return refused("outside", f"not in pool {pool.name} ({pool.text})", "name the pool that holds it")
    if request.count != 1:
        return refused("invalid", "several of one named place", "leave out the count, or the address")
    if length == pool.bits and not kind and not pool.hosts[0] <= lo <= pool.hosts[1]:
        return refused(
            "excluded", f"the first or last address of {pool.text} is no host's", "set `edges` on the pool to use it"
        )
    if not ledger.space.holds(lo, hi):
        return refused("conflict", "taken, whole or in part", "see who holds it, or leave the address out")
    ledger.space.take(lo, hi)
    kind = kind or ("address" if length == pool.bits else "block" if length >= 0 else "range")
    return _granted(ledger, request, [(lo, hi)], length, kind)


def _granted(ledger: Ledger, request: Allocate, runs: list[Run], length: int, kind: str) -> Outcome:
    state = "reserved" if request.reserve else "held"
    until = None if request.reserve or kind == "pool" else _until(ledger, request.lease_s)
    owner = request.owner or request.actor
    digest = None if request.key is None else request.digest()
    about = fit(ledger.devices, request.about, request.within)
    assert isinstance(about, About)  # it was looked at before anything was taken
    terms = Terms(kind, state, length, until, owner, request.actor, request.key, digest, about)
    return Outcome(ledger.add(runs, terms))


def _until(ledger: Ledger, lease_s: float | None) -> int | None:
    return lease_end(ledger.pool, lease_s, ledger.now_ms)


def lease_end(pool: Pool, lease_s: float | None, now_ms: int) -> int | None:
    """When a lease ends that begins now; None for never."""
    for length_s in (lease_s, pool.lease_s, pool.longest_s):
        if length_s is not None:
            return now_ms + round(length_s * 1000)
    return None


def pool_number(allocation: int) -> int:
    """Id of the pool that an allocation's id names.

    >>> pool_number((7 << 32) + 5)
    7
    """
    return allocation >> SEQUENCE_BITS
