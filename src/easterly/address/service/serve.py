"""Serving: who may listen where, and with what certificate."""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from easterly.address.ipam import Store
from easterly.address.service.access import is_loopback, tokens
from easterly.address.service.app import Policy, application


class CannotServe(ValueError):
    """A listener that would let in whom it should not, or that cannot be."""


@dataclass(frozen=True, slots=True)
class Listener:
    """Where the service listens.

    Attributes
    ----------
    host : str
    port : int
    certificate, key : Path or None
        For TLS, in PEM.
    """

    host: str
    port: int
    certificate: Path | None = None
    key: Path | None = None

    @property
    def local(self) -> bool:
        """Whether only this machine reaches it."""
        return is_loopback(self.host)


def read_listener(text: str, certificate: Path | None = None, key: Path | None = None) -> Listener:
    """Where to listen, from ``ADDR:PORT``.

    Raises
    ------
    CannotServe

    Examples
    --------
    >>> read_listener("127.0.0.1:8080").local, read_listener("[::]:8080").host
    (True, '::')
    """
    host, colon, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not colon or not host or not port.isdigit() or int(port) > 65535:
        raise CannotServe(f"{text!r} is no place to listen: write ADDR:PORT, such as 127.0.0.1:8080 or [::1]:8080")
    if (certificate is None) != (key is None):
        raise CannotServe("TLS needs a certificate and its key: give both")
    return Listener(host, int(port), certificate, key)


def checked(store: Store, listener: Listener, policy: Policy) -> Policy:
    """The policy that a listener is served with: without tokens only for one user, alone with a store of their own.

    Raises
    ------
    CannotServe
        Somebody else could reach the service, and no token keeps them out.
    """
    there = bool(tokens(store))
    alone = listener.local and store.engine.dialect.name == "sqlite"
    if not there and not alone:
        why = "others share this store" if listener.local else f"others reach {listener.host}"
        raise CannotServe(f"{why}, and there are no tokens: make one first (easterly ipam token add NAME)")
    return Policy(open_to_all=alone, rate=policy.rate, burst=policy.burst, chores=policy.chores)


def serve(
    store: Store, listener: Listener, policy: Policy | None = None, begun: Callable[[], None] | None = None
) -> None:
    """Serve until interrupted.

    Parameters
    ----------
    store : Store
    listener : Listener
    policy : Policy, optional
        ``open_to_all`` follows from the listener.
    begun : callable, optional
        Called once nothing speaks against it.

    Raises
    ------
    CannotServe
    OSError
        The place is taken, or is none of this machine; or the certificate cannot be read.
    """
    import uvicorn

    app = application(store, checked(store, listener, policy or Policy()))
    config = uvicorn.Config(
        app, log_level="warning", access_log=False, timeout_keep_alive=30, ssl_certfile=listener.certificate,
        ssl_keyfile=listener.key, server_header=False, date_header=False,
    )  # fmt: skip
    try:
        config.load()
    except OSError as error:
        raise OSError(f"{listener.certificate} and {listener.key} are no certificate and its key: {error}") from error
    with _bound(listener) as place, suppress(KeyboardInterrupt):  # how it is stopped
        if begun is not None:
            begun()
        uvicorn.Server(config).run(sockets=[place])


def _bound(listener: Listener) -> socket.socket:
    """A socket at the place to listen, before anything says that there is one."""
    try:
        [(family, _, _, _, place), *_] = socket.getaddrinfo(
            listener.host, listener.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
        return socket.create_server(place[:2], family=family, backlog=2048)
    except OSError as error:
        said = f"cannot listen on {listener.host} port {listener.port}: {error.strerror or error}"
        raise OSError(f"{said}; stop what listens there, or give another --listen") from error
