"""Requests that are answered: by several at once, and so into one port."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from easterly.base.columns import floats, indices, ints
from easterly.model.workload import Workload
from easterly.predict.packet.workloads.arrivals import arrival_times_s
from easterly.predict.packet.workloads.draws import chosen, uniform
from easterly.predict.packet.workloads.rows import listed, together
from easterly.predict.packet.workloads.sizes import SizeLaw


def requests(
    clients: Sequence[int], servers: Sequence[int], fan_out: int, law: SizeLaw, rate_per_s: float, duration_s: float, *,
    request_B: int = 200, work_s: float = 0.0, seed: int = 1, name: str = "requests", traffic_class: int = 0,
) -> Workload:  # fmt: skip
    """Clients ask several servers at once, at random times; every server answers when the request is there.

    Parameters
    ----------
    clients, servers : sequence of int
        Hosts; none is both.
    fan_out : int
        Servers of a request, all different, any of them equally likely.
    law : SizeLaw
        Of answers.
    rate_per_s : float [1/s]
        Requests of all clients together; each fans out.
    duration_s : float [s]
    request_B : int [B]
        Sent to each server.
    work_s : float [s]
        From the arrival at a server to its answer.
    seed : int
    name : str
        Of all draws; the groups are `name` and ``name/answers``.
    traffic_class : int

    Returns
    -------
    Workload
        All requests, then all answers in the same order.

    Raises
    ------
    ValueError
        More servers asked than there are, or no rate.
    """
    at_s = arrival_times_s(rate_per_s, duration_s, seed=seed, name=name)
    client = np.asarray(clients)[chosen(seed, f"{name}/client", floats(np.ones(len(clients))), len(at_s))]
    server = _servers(servers, fan_out, len(at_s), seed, name)
    return _asked(np.repeat(client, fan_out), server, np.repeat(at_s, fan_out), law, request_B, work_s, seed, name,
                  traffic_class)  # fmt: skip


def _servers(servers: Sequence[int], fan_out: int, count: int, seed: int, name: str) -> NDArray[np.int64]:
    """(count * fan_out,) servers, those of a request all different: those of the lowest draws."""
    if not 1 <= fan_out <= len(servers):
        raise ValueError(f"fan_out is {fan_out}: there are {len(servers)} servers")
    drawn = uniform(seed, f"{name}/servers", count * len(servers)).reshape(count, len(servers))
    return np.asarray(servers)[np.argsort(drawn, axis=1, kind="stable")[:, :fan_out]].ravel()


def _asked(
    client: NDArray[np.int64], server: NDArray[np.int64], at_s: NDArray[np.float64], law: SizeLaw, request_B: int,
    work_s: float, seed: int, name: str, traffic_class: int,
) -> Workload:  # fmt: skip
    ask = listed(client, server, request_B, at_s, name=name, traffic_class=traffic_class)
    answer = listed(
        server, client, law.draw(seed, name, len(client)), at_s, name=f"{name}/answers", traffic_class=traffic_class,
        delay_s=work_s,
    )  # fmt: skip
    both, count = together(ask, answer), len(client)
    return _waits(both, np.concatenate([np.zeros(count), np.ones(count)]), np.arange(count))


def _waits(flows: Workload, count: NDArray[np.generic], before: NDArray[np.int64]) -> Workload:
    """The same flows, each waiting for so many of those that are listed."""
    ptr = indices(np.concatenate([[0], np.cumsum(count)]))
    return Workload(
        flows.src, flows.dst, flows.size_B, flows.start_s, flows.traffic_class, flows.group, flows.groups, ptr,
        ints(before), flows.delay_s,
    )  # fmt: skip


def closed_loop(
    client: int, servers: Sequence[int], fan_out: int, law: SizeLaw, count: int, *, request_B: int = 200,
    work_s: float = 0.0, think_s: float = 0.0, seed: int = 1, name: str = "loop", traffic_class: int = 0,
) -> Workload:  # fmt: skip
    """One client that asks again when all answers to the last request are there, and it has thought for so long.

    Parameters
    ----------
    client : int
    servers, fan_out, law, request_B, work_s, seed, name, traffic_class
        As for `requests`.
    count : int
        Requests, each to `fan_out` servers.
    think_s : float [s]

    Returns
    -------
    Workload
        All requests, then all answers in the same order.
    """
    server, total = _servers(servers, fan_out, count, seed, name), count * fan_out
    flows = _asked(np.full(total, client), server, np.zeros(total), law, request_B, work_s, seed, name, traffic_class)
    later = np.arange(fan_out, total)
    answers = total + np.repeat((later // fan_out - 1) * fan_out, fan_out) + np.tile(np.arange(fan_out), len(later))
    waits = np.concatenate([np.zeros(fan_out), np.full(total - fan_out, fan_out), np.ones(total)])
    delay_s = np.concatenate([np.zeros(fan_out), np.full(total - fan_out, think_s), np.full(total, work_s)])
    made = _waits(flows, waits, np.concatenate([answers, np.arange(total)]))
    return Workload(
        made.src, made.dst, made.size_B, made.start_s, made.traffic_class, made.group, made.groups, made.after_ptr,
        made.after_idx, floats(delay_s),
    )  # fmt: skip
