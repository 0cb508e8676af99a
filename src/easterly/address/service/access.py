"""Who may do what: tokens, roles, and tenants that do not see each other."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import func, select

from easterly.address.ipam import Pool, Store, schema
from easterly.address.ipam.administer import note
from easterly.address.ipam.connect import reading, writing

_T = schema.token.c
ROLES = ("reader", "operator", "admin")
REFRESH_S = 1.0
"""A token that another process revoked is refused after so long."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks.

    Attributes
    ----------
    name : str
        For the audit.
    role : str
        One of `ROLES`; each may what those before it may.
    tenant : str or None
        Sees and takes what is this tenant's; everything if None.
    """

    name: str
    role: str
    tenant: str | None = None

    def may(self, role: str) -> bool:
        """Whether this role is held, or a higher one."""
        return ROLES.index(self.role) >= ROLES.index(role)

    def sees(self, pool: Pool) -> bool:
        """Whether a pool is theirs."""
        return self.tenant is None or pool.tenant == self.tenant


ANYBODY = Principal("local", "admin")
"""The single user of a store of their own, on loopback, while there are no tokens."""


def from_here(headers: Mapping[str, str]) -> bool:
    """Whether a request may be `ANYBODY`'s: not one that a page of another site has the user's browser send.

    Such a page tells its `Origin` (RFC 6454) when it writes; one whose name was made to point to this machine has
    that name in `Host`.

    >>> from_here({"host": "127.0.0.1:8440"}), from_here({"host": "localhost", "origin": "http://evil.example"})
    (True, False)
    """
    origin, host = headers.get("origin"), _host(f"//{headers.get('host', '')}")
    return (origin is None or is_loopback(_host(origin))) and ("." not in host or is_loopback(host))


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return "."


def is_loopback(host: str) -> bool:
    """Whether a host is this machine.

    >>> is_loopback("localhost"), is_loopback("::1"), is_loopback("10.0.0.5")
    (True, True, False)
    """
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def add_token(
    store: Store, name: str, role: str = "operator", tenant: str | None = None, lasts_s: float | None = None,
    actor: str = "",
) -> tuple[int, str]:  # fmt: skip
    """Make a token; the audit tells everything of it but what is secret.

    Parameters
    ----------
    store : Store
    name : str
        Unique.
    role : str
    tenant : str or None
    lasts_s : float or None [s]
    actor : str

    Returns
    -------
    (int, str)
        Its id, and the token, which only its digest is kept of: 32 random bytes need no slow hash.

    Raises
    ------
    ValueError
        A name that there is, or a role that there is not.
    """
    if role not in ROLES:
        raise ValueError(f"no role {role!r}: use one of {', '.join(ROLES)}")
    token = f"easterly_{secrets.token_urlsafe(32)}"
    with writing(store.engine) as connection:
        if connection.execute(select(_T.id).where(_T.name == name)).first():
            raise ValueError(f"there is a token {name!r}: revoke it first, or choose another name")
        number = (connection.execute(select(func.max(_T.id))).scalar() or 0) + 1
        until = None if lasts_s is None else store.now_ms() + int(lasts_s * 1000)
        row = {"id": number, "name": name, "role": role, "tenant": tenant, "since_ms": store.now_ms(),
               "until_ms": until}  # fmt: skip
        note(connection, {"do": "add-token", "by": actor, "token": row}, store.now_ms())
        connection.execute(schema.token.insert(), {**row, "digest": _digest(token)})
    return number, token


def drop_token(store: Store, name: str, actor: str = "") -> bool:
    """Revoke a token; False where there is none."""
    with writing(store.engine) as connection:
        dropped = connection.execute(schema.token.delete().where(_T.name == name)).rowcount > 0
        if dropped:
            note(connection, {"do": "remove-token", "by": actor, "name": name}, store.now_ms())
    return dropped


def tokens(store: Store) -> list[dict[str, Any]]:
    """All tokens but their secrets, in order of names."""
    columns = (_T.id, _T.name, _T.role, _T.tenant, _T.since_ms, _T.until_ms)
    with reading(store.engine) as connection:
        return [dict(row._mapping) for row in connection.execute(select(*columns).order_by(_T.name))]


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


class Gate:
    """Who a token is, without asking the store each time.

    Parameters
    ----------
    store : Store
    open_to_all : bool
        Let everybody in as `ANYBODY` while there are no tokens; who sends one all the same takes it for valid.
    """

    def __init__(self, store: Store, *, open_to_all: bool) -> None:
        self._store = store
        self._open = open_to_all
        self._known: dict[bytes, tuple[Principal, int | None]] = {}
        self._read_at = -REFRESH_S

    def forget(self) -> None:
        """Ask the store again: tokens were made or revoked."""
        self._read_at = -REFRESH_S

    def admit(self, authorization: str | None) -> Principal | None:
        """Who sends a header ``Authorization: Bearer ...``; None for nobody that is known."""
        if time.monotonic() - self._read_at >= REFRESH_S:
            self._read()
        if not self._known and self._open and authorization is None:
            return ANYBODY
        scheme, _, token = (authorization or "").partition(" ")
        found = self._known.get(_digest(token.strip())) if scheme.lower() == "bearer" else None
        if found is None or (found[1] is not None and found[1] <= self._store.now_ms()):
            return None
        return found[0]

    def _read(self) -> None:
        with reading(self._store.engine) as connection:
            rows = connection.execute(select(_T.digest, _T.name, _T.role, _T.tenant, _T.until_ms)).all()
        self._known = {bytes(row.digest): (Principal(row.name, row.role, row.tenant), row.until_ms) for row in rows}
        self._read_at = time.monotonic()
