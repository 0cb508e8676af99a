"""nginx in front of inference services."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from easterly.config.fronts.front import Front
from easterly.config.templates import template
from easterly.model.outcome import Artifact


def fit(front: Front) -> Front:
    """What nginx has words for.

    Servers have no names, nobody asks them whether they are well, and those that fail rest for whole seconds.
    """
    servers = tuple(server._replace(name=f"r{number}") for number, server in enumerate(front.servers))
    return replace(front, check="", every_ms=-(-front.every_ms // 1000) * 1000, servers=servers)


def render(fronts: Iterable[Front]) -> list[Artifact]:
    """One ``nginx/<service>.conf`` per service.

    Weights hold in both ways of balancing (nginx, ngx_http_upstream_module). Only nginx Plus asks replicas whether they
    are well; this one notices by requests that fail, and sends those to another replica.

    Parameters
    ----------
    fronts : iterable of Front

    Returns
    -------
    list of Artifact
    """
    page = template("nginx/service.conf.j2")
    return [
        Artifact(
            f"nginx/{f.name}.conf", page.render(f=f), "", "nginx",
            f"nginx{' tls' * bool(f.certificate)}{' h2' * f.http2} {f.balance}",
        )
        for f in map(fit, fronts)
    ]  # fmt: skip
