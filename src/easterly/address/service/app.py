"""The service as an ASGI application."""

from __future__ import annotations

import asyncio
import json
import logging
import math
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from pydantic import ValidationError
from sqlalchemy.exc import OperationalError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from easterly.address.ipam import Store
from easterly.address.service.access import ANYBODY, Gate, Principal, from_here
from easterly.address.service.call import Call, Desk, Empty, Refused, Reply
from easterly.address.service.chores import chores
from easterly.address.service.lanes import Lanes
from easterly.address.service.limits import Buckets
from easterly.address.service.openapi import document
from easterly.address.service.table import BASE, ENTRIES, Entry

LARGEST_B = 4 << 20
"""Of a body."""
NOBODY = Principal("", "reader")
NOTHING = Empty()

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Policy:
    """How the service treats its clients.

    Attributes
    ----------
    open_to_all : bool
        No token is needed while there are none.
    rate : float [1/s]
        Requests of one token, or of one address that sends none; 0 for no limit.
    burst : float
        Requests at once.
    chores : bool
        Reclaim what is due, note use, tell hooks.
    """

    open_to_all: bool = False
    rate: float = 0.0
    burst: float = 100.0
    chores: bool = True


def application(store: Store, policy: Policy | None = None) -> Starlette:
    """The service of a store.

    Parameters
    ----------
    store : Store
    policy : Policy, optional

    Returns
    -------
    Starlette
    """
    how = policy or Policy()
    desk = Desk(store, Lanes(store), Gate(store, open_to_all=how.open_to_all))
    buckets = Buckets(how.rate, how.burst)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        work = asyncio.create_task(chores(store)) if how.chores else None
        yield
        if work is not None:
            work.cancel()
            with suppress(asyncio.CancelledError):
                await work
        desk.lanes.close()

    routes = [Route(f"{BASE}/openapi.json", _told_once(), methods=["GET"])]
    for path in dict.fromkeys(entry.path for entry in ENTRIES):
        by_method = {entry.method: entry for entry in ENTRIES if entry.path == path}
        routes.append(Route(BASE + path, _endpoint(desk, buckets, by_method), methods=list(by_method)))
    return Starlette(
        routes=routes,
        lifespan=lifespan,
        exception_handlers={HTTPException: _unrouted, OperationalError: _stuck, Exception: _defect},
    )


Endpoint = Callable[[Request], Awaitable[Response]]


def _told_once() -> Endpoint:
    text = json.dumps(document(version("easterly"))).encode()

    async def told(_: Request) -> Response:
        return Response(text, media_type="application/json")

    return told


def _endpoint(desk: Desk, buckets: Buckets, by_method: dict[str, Entry]) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        entry = by_method["GET" if request.method == "HEAD" else request.method]
        try:
            return _sent(request, await _answer(desk, buckets, entry, request))
        except Refused as refused:
            return problem(refused)

    return endpoint


async def _answer(desk: Desk, buckets: Buckets, entry: Entry, request: Request) -> Reply:
    headers = request.headers
    principal = desk.gate.admit(headers.get("authorization"))
    who = principal.name if principal else (request.client.host if request.client else "")
    wait_s = buckets.wait_s(who)
    if wait_s:
        raise Refused(429, "rate", f"{who or 'you'} asked too often", f"try again in {wait_s:.2f} s", wait_s)
    if entry.role is not None:
        if principal is None:
            raise Refused(401, "token", "no token, or one that is not known", "send Authorization: Bearer TOKEN")
        if principal is ANYBODY and not from_here(headers):
            raise Refused(403, "origin", "a page of another site asks", "make a token: easterly ipam token add NAME")
        if not principal.may(entry.role):
            raise Refused(403, "role", f"{principal.name} is {principal.role}", f"this needs {entry.role}")
    query = (
        NOTHING
        if entry.query is Empty and not request.scope["query_string"]
        else _validated(entry.query, dict(request.query_params), "query")
    )
    body = await _body(entry, request)
    return await entry.run(Call(desk, principal or NOBODY, request.path_params, query, body, headers))


async def _body(entry: Entry, request: Request) -> Any:
    if entry.method in ("GET", "DELETE"):
        return None
    if entry.takes:
        return request.stream()
    length = request.headers.get("content-length", "0")
    if length.isdigit() and int(length) > LARGEST_B:
        raise Refused(413, "size", f"a body of {length} bytes", f"at most {LARGEST_B}: ask in parts")
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > LARGEST_B:
            raise Refused(413, "size", f"a body of more than {LARGEST_B} bytes", "ask in parts")
        parts.append(part)
    text = b"".join(parts)
    try:
        return entry.body.model_validate_json(text or b"{}", strict=True)
    except ValidationError as error:
        raise _invalid(error, "body") from None


def _validated(model: Any, said: dict[str, str], where: str) -> Any:
    try:
        return model.model_validate(said)
    except ValidationError as error:
        raise _invalid(error, where) from None


def _invalid(error: ValidationError, where: str) -> Refused:
    """The first things that are wrong, each with its place."""
    faults = error.errors(include_url=False, include_context=False, include_input=False)
    if faults[0]["type"] == "json_invalid":
        return Refused(400, "json", faults[0]["msg"], "send a JSON object")
    said = "; ".join(f"{'.'.join(map(str, (where, *fault['loc'])))}: {fault['msg']}" for fault in faults[:5])
    return Refused(422, "invalid", said, "see /api/v1/openapi.json")


def _sent(request: Request, reply: Reply) -> Response:
    headers = dict(reply.headers)
    if reply.etag is not None:
        headers["etag"] = reply.etag
        seen = request.headers.get("if-none-match", "")
        if request.method == "GET" and reply.etag in [each.strip().removeprefix("W/") for each in seen.split(",")]:
            return Response(status_code=304, headers=headers)
    if reply.stream is not None:
        return StreamingResponse(reply.stream, reply.status, headers, reply.media)
    if reply.document is None:
        return Response(status_code=reply.status, headers=headers)
    text = reply.document if isinstance(reply.document, bytes) else json.dumps(reply.document, separators=(",", ":"))
    after = _following(reply.document)
    if after is not None:
        headers["link"] = f'<{request.url.include_query_params(after=after)}>; rel="next"'
    return Response(text, reply.status, headers, "application/json")


def _following(document: Any) -> str | None:
    """Cursor of the page behind this one."""
    if isinstance(document, bytes):
        cursor = json.loads(document[document.rindex(b'"next":') + 7 : -1])
    else:
        cursor = document.get("next") if isinstance(document, dict) else None
    return None if cursor is None else str(cursor)


def problem(refused: Refused) -> Response:
    """A problem as RFC 9457 has it."""
    headers = {}
    if refused.status == 401:
        headers["www-authenticate"] = "Bearer"
    if refused.retry_s:
        headers["retry-after"] = str(math.ceil(refused.retry_s))
    return Response(json.dumps(refused.document()), refused.status, headers, "application/problem+json")


async def _unrouted(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 405:
        told = problem(Refused(405, "method", "this method is not for this path", "see /api/v1/openapi.json"))
        told.headers.update(error.headers or {})
        return told
    return problem(Refused(404, "path", "there is nothing here", "see /api/v1/openapi.json"))


async def _stuck(_: Request, error: Exception) -> Response:
    """The database cannot go on: its disk is full, or its server is away."""
    said = str(getattr(error, "orig", error)).partition("\n")[0]
    log.error("the store cannot answer: %s", said)
    hint = "ask again, with the same key; whoever runs it finds the reason in the log"
    return problem(Refused(503, "store", "the store cannot answer", hint))


async def _defect(_: Request, error: Exception) -> Response:
    return problem(Refused(500, "defect", type(error).__name__, "the log of the service says where"))
