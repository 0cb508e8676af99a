"""HAProxy in front of inference services."""

from __future__ import annotations

from collections.abc import Iterable

from easterly.config.fronts.front import Front
from easterly.config.templates import template
from easterly.model.outcome import Artifact

BALANCE = {"least-connections": "leastconn", "round-robin": "roundrobin"}


def render(fronts: Iterable[Front]) -> list[Artifact]:
    """One ``haproxy/<service>.cfg`` per service.

    Weights hold in both ways of balancing (HAProxy 2.6 configuration manual, 4.2 ``balance``); a replica that fails
    three checks gets nothing until it has passed two. Idle connections to replicas are shared between users only for
    requests that may be sent twice (``http-reuse safe``).

    Parameters
    ----------
    fronts : iterable of Front

    Returns
    -------
    list of Artifact
    """
    page = template("haproxy/service.cfg.j2")
    return [
        Artifact(
            f"haproxy/{f.name}.cfg", page.render(f=f, balance=BALANCE[f.balance]), "", "haproxy",
            f"haproxy{' tls' * bool(f.certificate)}{' h2' * f.http2}{' check' * bool(f.check)} {f.balance}",
        )
        for f in fronts
    ]  # fmt: skip
