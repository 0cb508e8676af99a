"""Front ends as every balancer is filled with them, whatever it is called."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from easterly.config.fronts.servers import check_of
from easterly.config.sheet import Sheet
from easterly.model.fronting import Replicas
from easterly.model.network import Network
from easterly.model.spec.front import Front as Written
from easterly.model.spec.service import Service
from easterly.model.spec.site import Site

RARE = 1e-6
"""Share of good answers that may be taken for lost ones."""
UNKNOWN_S = 600.0
"""Patience where nothing is promised and nothing is known."""
LONGEST = 14
"""Tokens of the longest answer over those of the mean one: ``exp(-14)`` is less than `RARE`."""
FULL_WEIGHT = 100


class Server(NamedTuple):
    """A replica: name, address, port, weight."""

    name: str
    address: str
    port: int
    weight: int

    @property
    def place(self) -> str:
        """Address and port, brackets around IPv6.

        >>> Server("r0", "fd00::1", 8000, 1).place
        '[fd00::1]:8000'
        """
        return f"[{self.address}]:{self.port}" if ":" in self.address else f"{self.address}:{self.port}"


@dataclass(frozen=True, slots=True)
class Front:
    """The front end of one service.

    Attributes
    ----------
    name : str
    listen : int
        Port for users.
    certificate : str
        File of certificate and key; empty without TLS.
    http2 : bool
    balance : str
        ``least-connections`` or ``round-robin``.
    check : str
        Path that says whether a replica is well; empty where the balancer cannot ask.
    every_ms, connect_ms, queue_ms, idle_ms : int [ms]
        Interval of checks; time for a connection, for a free replica, and of silence.
    kept : int
        Idle connections to each replica.
    servers : tuple of Server
    """

    name: str
    listen: int
    certificate: str
    http2: bool
    balance: str
    check: str
    every_ms: int
    connect_ms: int
    queue_ms: int
    idle_ms: int
    kept: int
    servers: tuple[Server, ...]


def fronts(site: Site, network: Network, sheet: Sheet, replicas: Replicas, software: str) -> Iterator[Front]:
    """Front ends that a balancer is asked for: of services that name it, and of those that name none.

    Parameters
    ----------
    site : Site
    network : Network
    sheet : Sheet
    replicas : Replicas
    software : str
        ``haproxy`` or ``nginx``.

    Yields
    ------
    Front
        By name of the service. A replica listens at the interface of its first GPU.
    """
    rows: dict[str, list[int]] = defaultdict(list)
    for row, name in enumerate(replicas.service.tolist()):
        rows[name].append(row)
    for name, service in sorted(site.services.items()):
        written = service.front or Written()
        if rows[name] and (service.front is None or written.software == software):
            yield _front(service, written, network, sheet, replicas, rows[name])


def _front(
    service: Service, written: Written, network: Network, sheet: Sheet, replicas: Replicas, rows: list[int]
) -> Front:
    most, given = max(replicas.gpus[row].item() for row in rows), written.weights
    servers = []
    for number, row in enumerate(rows):
        usual = round(FULL_WEIGHT * replicas.gpus[row].item() / most)
        weight = given[number] if number < len(given) else usual
        port = written.port + replicas.slot[row].item()
        servers.append(Server(f"r{number}", _address(network, sheet, replicas, row), port, weight))
    planned = (column[rows[0]].item() for column in (replicas.first_s, replicas.quantile, replicas.token_s))
    idle_s = idle_of(service, written.streamed, *planned) if written.idle is None else written.idle
    waited_s = service.slo.ttft.max if service.slo.ttft else idle_s
    return Front(
        service.name, written.listen or (443 if written.tls else 80), written.tls.certificate if written.tls else "",
        bool(written.tls and written.http2), written.balance, check_of(written.server, written.check),
        _ms(written.every), _ms(written.connect), _ms(waited_s), _ms(idle_s), written.kept, tuple(servers),
    )  # fmt: skip


def _address(network: Network, sheet: Sheet, replicas: Replicas, row: int) -> str:
    """Address of the interface that the first GPU of a replica has, IPv4 where there is one."""
    hosts, host = network.hosts, int(replicas.host[row])
    wanted = [f"nic{number}" for number in hosts.nearest(host, int(replicas.gpu[row]), 1)[:1]]
    own = [port for port in sheet.ports.get(str(hosts.name[host]), []) if port.role == "host"]
    ports = sorted(own, key=lambda port: (port.port not in wanted, port.family))
    return ports[0].bare if ports else ""


def idle_of(service: Service, streamed: bool, first_s: float, quantile: float, token_s: float) -> float:
    """Silence of a replica after which its answer counts as lost [s].

    Only one good answer in a million may be cut off. Where at most ``1 - q`` of all waits exceed the objective ``m``,
    and waits fall off exponentially, ``(1 - q)**k`` exceed ``k m``; `k` is the least whole number for which that is at
    most one in a million: 3 for P99. The objective is that of the service, or the time to first token that is planned.
    An answer that is not streamed is silent for all its tokens besides, of which one answer in a million has more than
    14 times the mean if their numbers are exponential.

    Parameters
    ----------
    service : Service
    streamed : bool
    first_s : float [s]
        Time to first token that is planned.
    quantile : float [1]
        Its quantile.
    token_s : float [s]
        Time between tokens that is planned.

    Returns
    -------
    float
        Ten minutes where nothing is promised and nothing known.
    """
    ttft, itl = service.slo.ttft, service.slo.itl
    wait_s = ttft.max * _times(ttft.quantile) if ttft else first_s * _times(quantile)
    gap_s = itl.max if itl else token_s
    silent_s = max(wait_s, gap_s) if streamed else wait_s + LONGEST * service.load.output * gap_s
    return silent_s if math.isfinite(silent_s) and silent_s > 0 else UNKNOWN_S


def _times(quantile: float) -> int:
    """Least k with ``(1 - quantile)**k <= RARE``: by multiplying, which is the same on every machine."""
    if not 0 < quantile < 1:
        return 1
    left, k = 1 - quantile, 1
    while left > RARE * (1 + 1e-9) and k < 100:
        left, k = left * (1 - quantile), k + 1
    return k


def _ms(time_s: float) -> int:
    """Whole milliseconds, at least one."""
    return max(1, math.ceil(time_s * 1000 - 1e-6))
