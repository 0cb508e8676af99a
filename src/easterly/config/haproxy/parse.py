"""HAProxy's files read back."""

from __future__ import annotations

import re
from functools import partial

from easterly.config.fronts.front import Front, Server
from easterly.config.fronts.reading import found
from easterly.config.haproxy.render import BALANCE

_found = partial(found, "HAProxy")
_SERVER = re.compile(r"^ +server (\S+) (?:\[(\S+)\]|([^:\s]+)):(\d+) weight (\d+)$", re.M)


def parse(text: str) -> Front:
    """Read the front end of one service.

    Parameters
    ----------
    text : str
        As `easterly.config.haproxy.render` writes it.

    Returns
    -------
    Front

    Raises
    ------
    ValueError
        A line that every such file has is not there.
    """
    servers = (Server(n, six or four, int(port), int(w)) for n, six, four, port, w in _SERVER.findall(text))
    bind = _found(text, r"^ +bind :::(\d+) v4v6(?: ssl crt (\S+) alpn (\S+))?$", "bind")
    balance = {word: name for name, word in BALANCE.items()}
    check = re.search(r"^ +http-check send meth GET uri (\S+) ", text, re.M)
    return Front(
        name=_found(text, r"^frontend (\S+)$", "frontend")[1],
        listen=int(bind[1]),
        certificate=bind[2] or "",
        http2="h2" in (bind[3] or "").split(","),
        balance=balance.get(_found(text, r"^ +balance (\S+)$", "balance")[1], ""),
        check=check[1] if check else "",
        every_ms=int(_found(text, r"^ +default-server inter (\d+)ms", "default-server")[1]),
        connect_ms=_time(text, "connect"),
        queue_ms=_time(text, "queue"),
        idle_ms=_time(text, "server"),
        kept=int(_found(text, r" pool-max-conn (\d+)", "pool-max-conn")[1]),
        servers=tuple(servers),
    )


def _time(text: str, what: str) -> int:
    return int(_found(text, rf"^ +timeout {what} (\d+)ms$", f"timeout {what}")[1])
