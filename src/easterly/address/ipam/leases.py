"""The life of an allocation: held, past its time, quarantined, free.

    held --renew--> held          reserved --release--> as held
    held --release, or expiry--> quarantined --its time is over--> free
    held --release, or expiry--> free                              in a pool without quarantine

A lease that has ended is still its holder's until it is reclaimed: to renew it then hurts nobody, as nobody else
has the address.
"""

from __future__ import annotations

from collections.abc import Iterable

from easterly.address.ipam.bound import fit
from easterly.address.ipam.decide import lease_end
from easterly.address.ipam.ledger import Ledger
from easterly.address.ipam.nouns import Allocation, Outcome, changed, refused
from easterly.address.ipam.requests import Edit, Expire, Release, Renew


def renew(ledger: Ledger, request: Renew) -> Outcome:
    """Answer a request to prolong a lease."""
    found = _owned(ledger, request.id, request.owner)
    if isinstance(found, Outcome):
        return found
    pool = ledger.pool
    if request.lease_s is not None and not 0 < request.lease_s <= (pool.longest_s or 1e10):
        return refused("invalid", f"a lease of {request.lease_s:g} s", f"above 0 s, up to {pool.longest_s or 1e10:g} s")
    until = lease_end(pool, request.lease_s, ledger.now_ms)
    if found.state == "reserved" or until is None or until == found.until_ms:
        return Outcome((found,))
    ledger.changes.append({"do": "renew", "by": request.actor, "id": found.id, "until": until})
    return Outcome((ledger.prolong(found, until),))


def release(ledger: Ledger, request: Release) -> Outcome:
    """Answer a request to give an allocation back."""
    found = _owned(ledger, request.id, request.owner)
    if isinstance(found, Outcome):
        return found
    if request.seen not in (None, found):
        return changed(found.text)
    if found.kind == "pool":
        return refused("in-use", f"{found.text} is a pool of its own", "remove the pool")
    return Outcome(_retire(ledger, [found], request.actor, "release"))


def edit(ledger: Ledger, request: Edit) -> Outcome:
    """Answer a request to change what is said of the holder."""
    found = _owned(ledger, request.id, request.owner)
    if isinstance(found, Outcome):
        return found
    if request.seen not in (None, found):
        return changed(found.text)
    about = fit(ledger.devices, request.about, request.within, found.about)
    if isinstance(about, Outcome):
        return about
    ledger.changes.append({"do": "edit", "by": request.actor, "id": found.id, "about": about.document()})
    return Outcome((ledger.put(found._replace(about=about)),))


def expire(ledger: Ledger, request: Expire) -> Outcome:
    """Move on what is past its time; what was renewed meanwhile stays."""
    found = [ledger.find(number) for number in request.ids]
    due = [a for a in found if a is not None and a.until_ms is not None and a.until_ms <= ledger.now_ms]
    over = [a for a in due if a.state == "quarantined"]
    retired = _retire(ledger, [a for a in due if a.state != "quarantined"], request.actor, "expiry")
    _free(ledger, over, request.actor, "quarantine is over")
    return Outcome(retired + tuple(over))


def _retire(ledger: Ledger, held: list[Allocation], actor: str, why: str) -> tuple[Allocation, ...]:
    """Into quarantine, or free where the pool has none."""
    rest_ms = round(ledger.pool.quarantine_s * 1000)
    if not held or not rest_ms:
        _free(ledger, held, actor, why)
        return tuple(held)
    until = ledger.now_ms + rest_ms
    ledger.changes.append({"do": "quarantine", "by": actor, "ids": [a.id for a in held], "until": until, "why": why})
    return tuple(ledger.put(ledger.drop_key(a)._replace(state="quarantined", until_ms=until)) for a in held)


def _free(ledger: Ledger, allocations: Iterable[Allocation], actor: str, why: str) -> None:
    freed = list(allocations)
    if freed:
        ledger.changes.append({"do": "free", "by": actor, "ids": [a.id for a in freed], "why": why})
        ledger.free(freed)


def _owned(ledger: Ledger, number: int, owner: str | None) -> Allocation | Outcome:
    """An allocation that somebody holds, or why there is none for this owner."""
    found = ledger.find(number)
    if found is None:
        return refused("gone", f"there is no allocation {number}", "it was released, or its time was over")
    if owner is not None and owner != found.owner:
        return refused("not-owner", f"{found.text} belongs to somebody else", "only its owner may change it")
    if found.state == "quarantined":
        return refused("expired", f"{found.text} was given back, or its lease is over", "ask for another one")
    return found
