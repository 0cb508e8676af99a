"""A request as an operation sees it, and what it answers."""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from easterly.address.ipam import Outcome, Pool, Request, Store, pages
from easterly.address.service.access import REFRESH_S, Gate, Principal
from easterly.address.service.lanes import Lanes
from easterly.address.service.models import Model

T = TypeVar("T")
STATUS = {
    "exhausted": 409, "conflict": 409, "in-use": 409, "unknown": 404, "gone": 404, "not-owner": 403, "expired": 410,
    "reused-key": 422, "excluded": 422, "outside": 422, "invalid": 422, "pending": 409,
    "changed": 412,
}  # fmt: skip
"""Of refusals of the store."""
TITLES = {
    400: "Malformed request", 401: "Who are you?", 403: "Not allowed", 404: "Not found", 405: "Method not allowed",
    409: "Conflict", 410: "Gone", 412: "Changed meanwhile", 413: "Too large", 415: "Another kind of body",
    422: "Refused", 429: "Too many requests", 500: "Defect", 503: "Not available",
}  # fmt: skip


class Refused(Exception):
    """Leaves an operation with a problem.

    Attributes
    ----------
    status : int
    code : str
    detail : str
    hint : str
    retry_s : float
        When it may be tried again; 0 where nothing is said.
    rows : sequence of dict
        Of a table that is refused: line, column and why.
    """

    def __init__(
        self, status: int, code: str, detail: str, hint: str = "", retry_s: float = 0.0,
        rows: Sequence[Mapping[str, Any]] = (),
    ) -> None:  # fmt: skip
        super().__init__(detail)
        self.status, self.code, self.detail, self.hint, self.retry_s = status, code, detail, hint, retry_s
        self.rows = rows

    def document(self) -> dict[str, Any]:
        """RFC 9457."""
        told = {"refused": list(self.rows)} if self.rows else {}
        return {
            "type": f"urn:easterly:ipam:{self.code}", "title": TITLES[self.status], "status": self.status,
            "detail": self.detail, "code": self.code, "hint": self.hint, **told,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: a document, or the text of one, its status, and a tag of its version; or parts of something else."""

    document: Any
    status: int = 200
    etag: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    stream: Iterator[bytes] | None = None
    media: str = "application/json"


@dataclass(frozen=True, slots=True)
class Desk:
    """What operations work with.

    Attributes
    ----------
    store : Store
    lanes : Lanes
    gate : Gate
    pools : dict of str to (Pool, float)
        As they were read, and when.
    """

    store: Store
    lanes: Lanes
    gate: Gate
    pools: dict[str, tuple[Pool, float]] = field(default_factory=dict)

    async def read(self, function: Callable[..., T], *args: Any, **named: Any) -> T:
        """Ask the store in a thread: the loop goes on."""
        return await asyncio.to_thread(function, *args, **named)


@dataclass(frozen=True, slots=True)
class Call:
    """Who asks for what.

    Attributes
    ----------
    desk : Desk
    principal : Principal
    path : mapping of str to str
        Parts of the path, by name.
    query, body : Model
        Validated; empty models where the operation has none; of a table, the parts of the body as they come.
    headers : mapping of str to str
    """

    desk: Desk
    principal: Principal
    path: Mapping[str, str]
    query: Any
    body: Any
    headers: Mapping[str, str]

    async def pool(self, name: str | None = None, *, fresh: bool = True) -> Pool:
        """A pool that the principal sees; there is none for them otherwise.

        With `fresh` false it may be a second old: enough for what a pool is and whose, not for how full it is.
        """
        wanted = self.path["pool"] if name is None else name
        known, read_at = self.desk.pools.get(wanted, (None, 0.0))
        found = None if fresh or time.monotonic() - read_at > REFRESH_S else known
        if found is None:
            found = await self.desk.read(pages.pool, self.desk.store, wanted)
            if found is not None:
                self.desk.pools[wanted] = (found, time.monotonic())
        if found is None or not self.principal.sees(found):
            raise Refused(404, "unknown", f"there is no pool {wanted!r}", "list the pools: GET /api/v1/pools")
        return found

    def whole(self) -> None:
        """Leave where the principal is a tenant: this is for whoever runs the store."""
        if self.principal.tenant is not None:
            raise Refused(403, "not-owner", "this is for whoever runs the store", "use a token without a tenant")

    async def submit(self, request: Request, pool: int) -> Outcome:
        """Have a request answered; leaves with the reason where it is refused."""
        outcome = await self.desk.lanes.submit(request, pool)
        granted(outcome)
        return outcome


Operation = Callable[[Call], Awaitable[Reply]]


class Empty(Model):
    """Nothing."""


def granted(outcome: Outcome) -> None:
    """Leave with the refusal of an outcome, if it is one."""
    if outcome.refusal is not None:
        no = outcome.refusal
        raise Refused(STATUS.get(no.code, 409), no.code, no.message, no.hint)


def etag_of(document: Any) -> str:
    """A strong tag: a hash of what is told."""
    text = json.dumps(document, sort_keys=True, separators=(",", ":"))
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:24]}"'


def unchanged_or_leave(call: Call, etag: str) -> bool:
    """RFC 9110 section 13.1.1: leave where the client has seen another version; whether it has named one."""
    wanted = call.headers.get("if-match")
    if wanted is None or wanted == "*":
        return False
    if etag not in [each.strip() for each in wanted.split(",")]:
        raise Refused(412, "changed", "it is not what it was when you read it", "read it again, and decide anew")
    return True
