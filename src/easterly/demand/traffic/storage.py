"""Storage servers: what clients write and read, copies or coded pieces among servers, rebuilding."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from easterly.demand.ends import Ends, Nodes, Piece
from easterly.demand.phases import Phase
from easterly.demand.traffic.bulk import shortest_s
from easterly.demand.traffic.parts import Figure, phase
from easterly.model.spec.traffic import Storage

COPIES = 3
"""Copies where a file does not say: what Ceph and HDFS keep by default."""


@dataclass(frozen=True, slots=True)
class Factors:
    """Bytes on the network per byte that a client writes or reads.

    Attributes
    ----------
    client_write, server_write : float [1]
        From client to servers, and among servers, per byte written.
    client_read, server_read : float [1]
        From servers to client, and among servers, per byte read.
    servers : int
        Servers that hold a part of one object.
    rebuild : float [1]
        Bytes moved among servers per byte lost.
    first : float [1]
        Bytes that the first server sends on per byte written to it.
    kept : float [1]
        Bytes on disks per byte written.
    """

    client_write: float
    server_write: float
    client_read: float
    server_read: float
    servers: int
    rebuild: float
    first: float
    kept: float


def factors(work: Storage) -> Factors:
    """What protection costs on the network.

    r copies: the client sends 1, servers send ``r - 1`` to each other, from the first server to all others or along
    a chain (van Renesse & Schneider 2004, OSDI); a client that sends all copies itself sends r. A lost byte is read
    from another copy: 1.

    A code of k + m pieces (Weatherspoon & Kubiatowicz 2002, IPTPS): the first server sends ``(k + m - 1) / k``, and
    collects ``(k - 1) / k`` to answer a read; a client that codes itself sends ``(k + m) / k``. A lost piece is made
    of k others: k.
    """
    if work.erasure is not None:
        k, m = work.erasure.data, work.erasure.parity
        spread, gather, pieces, rebuild = (k + m - 1) / k, (k - 1) / k, k + m, float(k)
        whole = (k + m) / k
    else:
        copies = work.copies or COPIES
        spread, gather, pieces, rebuild, whole = copies - 1.0, 0.0, copies, 1.0, float(copies)
    if work.fanout == "client":
        return Factors(whole, 0.0, 1.0, 0.0, pieces, rebuild, 0.0, whole)
    first = spread if work.fanout == "primary" else spread / max(1, pieces - 1)
    return Factors(1.0, spread, 1.0, gather, pieces, rebuild, first, whole)


def written(work: Storage, ends: Ends, clients: Nodes, amount: float) -> Iterator[Piece]:
    """What a write of `amount` puts on the network: from the clients to all servers, and from server to server."""
    cost, servers = factors(work), ends.own(work.name)
    whole = amount * (1 + work.metadata)
    yield ends.evenly(clients, servers, whole * cost.client_write)
    yield ends.among(servers, whole * cost.server_write)


def read(work: Storage, ends: Ends, clients: Nodes, amount: float) -> Iterator[Piece]:
    """What a read of `amount` puts on the network."""
    cost, servers = factors(work), ends.own(work.name)
    whole = amount * (1 + work.metadata)
    yield ends.evenly(servers, clients, whole * cost.client_read)
    yield ends.among(servers, whole * cost.server_read)


def to_store(ends: Ends, clients: Nodes, name: str, amount: float) -> list[Piece]:
    """What is sent when a work writes to a named end: to storage servers with what they send each other for it."""
    store = ends.site.traffic.get(name)
    if isinstance(store, Storage):
        return list(written(store, ends, clients, amount))
    return [ends.evenly(clients, ends.nodes(name), amount)]


def from_store(ends: Ends, clients: Nodes, name: str, amount: float) -> list[Piece]:
    """What is sent when a work reads from a named end."""
    store = ends.site.traffic.get(name)
    if isinstance(store, Storage):
        return list(read(store, ends, clients, amount))
    return [ends.evenly(ends.nodes(name), clients, amount)]


def takes_bps(ends: Ends, name: str) -> float:
    """Rate at which a named end takes in what is written: that of its interfaces, and of a store's disks.

    A store of rate R takes in ``R / (w + v)``, as its servers receive w bytes of each from clients and v from each
    other, and its disks keep all copies and pieces.
    """
    ports_bps, store = ends.total_bps(ends.nodes(name)), ends.site.traffic.get(name)
    if not isinstance(store, Storage):
        return ports_bps
    cost, more = factors(store), 1 + store.metadata
    taken_bps: float = ports_bps / (more * (cost.client_write + cost.server_write))
    if store.disk is None:
        return taken_bps
    disks_bps: float = store.disk * len(ends.hosts.get(name, ())) / (more * cost.kept)
    return min(taken_bps, disks_bps)


def phases(work: Storage, ends: Ends) -> list[Phase]:
    """Writes, reads, and a rebuild for which room is kept; what jobs save and load belongs to the jobs."""
    found = []
    for axis, way in (("write", written), ("read", read)):
        pieces = [piece for name in sorted(work.clients) if (rate := getattr(work.clients[name], axis) or 0.0)
                  for piece in way(work, ends, ends.nodes(name), rate)]  # fmt: skip
        if pieces:
            found.append(phase(axis, ends.traffic(pieces), algorithm=work.fanout))
    if work.rebuild is not None and work.rebuild.reserve:
        rate = work.rebuild.used * factors(work).rebuild * 8 / work.rebuild.within
        found.append(phase("rebuild", ends.traffic([ends.among(ends.own(work.name), rate)])))
    return found


def figures(work: Storage, ends: Ends) -> list[Figure]:
    """What protection multiplies, and what the loss of a server asks for."""
    cost, more = factors(work), 1 + work.metadata
    writing, reading = cost.client_write + cost.server_write, cost.client_read + cost.server_read
    found = [
        Figure("network_per_written", more * writing, "1", "bytes moved per byte written"),
        Figure("network_per_read", more * reading, "1", "bytes moved per byte read"),
        Figure("first_per_written", more * cost.first, "1", "bytes that the first server sends on per byte written"),
        Figure("write_bps", _asked(work, "write"), "bit/s", "what clients write"),
        Figure("read_bps", _asked(work, "read"), "bit/s", "what clients read"),
    ]  # fmt: skip
    return found + _of_rebuild(work, ends)


def _of_rebuild(work: Storage, ends: Ends) -> list[Figure]:
    if work.rebuild is None:
        return []
    size = work.rebuild.used * factors(work).rebuild
    return [
        Figure("rebuild_B", size, "B", "bytes that move when a server is lost"),
        Figure("rebuild_bps", size * 8 / work.rebuild.within, "bit/s", "rate that makes all whole in time"),
        Figure("rebuild_shortest_s", rebuild_s(work, ends), "s", "at the rate of interfaces and disks"),
    ]


def rebuild_s(work: Storage, ends: Ends) -> float:
    """Shortest time in which the servers that are left make all copies or pieces anew.

    Their interfaces send and receive what moves, ``c U`` for U lost; their disks read that and write U.
    """
    count = len(ends.hosts.get(work.name, ()))
    if work.rebuild is None or count < 2:
        return 0.0 if work.rebuild is None else float("inf")
    lost, moved = work.rebuild.used, work.rebuild.used * factors(work).rebuild
    ports_s = shortest_s(moved, ends.total_bps(ends.own(work.name)) * (count - 1) / count)
    return max(ports_s, shortest_s(moved + lost, work.disk * (count - 1)) if work.disk else 0.0)


def _asked(work: Storage, key: str) -> float:
    return sum(getattr(work.clients[name], key) or 0.0 for name in sorted(work.clients))
