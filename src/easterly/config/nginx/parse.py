"""nginx's files read back."""

from __future__ import annotations

import re
from functools import partial

from easterly.config.fronts.front import Front, Server
from easterly.config.fronts.reading import found

_found = partial(found, "nginx")
_SERVER = re.compile(r"^ +server (?:\[(\S+)\]|([^:\s]+)):(\d+) (?:weight=(\d+)|down) max_fails=3 fail_timeout=", re.M)


def parse(text: str) -> Front:
    """Read the front end of one service.

    Parameters
    ----------
    text : str
        As `easterly.config.nginx.render` writes it.

    Returns
    -------
    Front

    Raises
    ------
    ValueError
        A line that every such file has is not there.
    """
    servers = (
        Server(f"r{number}", six or four, int(port), int(weight or 0))
        for number, (six, four, port, weight) in enumerate(_SERVER.findall(text))
    )
    listen = _found(text, r"^ +listen \[::\]:(\d+) ipv6only=off( ssl)?( http2)?;$", "listen")
    certificate = re.search(r"^ +ssl_certificate (\S+);$", text, re.M)
    return Front(
        name=_found(text, r"^ +upstream (\S+) \{$", "upstream")[1],
        listen=int(listen[1]),
        certificate=certificate[1] if certificate else "",
        http2=bool(listen[3]),
        balance="least-connections" if re.search(r"^ +least_conn;$", text, re.M) else "round-robin",
        check="",
        every_ms=1000 * int(_found(text, r"fail_timeout=(\d+)s;$", "server")[1]),
        connect_ms=_time(text, "proxy_connect_timeout "),
        queue_ms=_time(text, "proxy_next_upstream_timeout "),
        idle_ms=_time(text, "proxy_read_timeout "),
        kept=int(_found(text, r"^ +keepalive (\d+);$", "keepalive")[1]),
        servers=tuple(servers),
    )


def _time(text: str, what: str) -> int:
    return int(_found(text, rf"^ +{what}(\d+)ms;$", what)[1])
