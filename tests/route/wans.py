"""Networks of routers from lists of links, and small random ones."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st
from tests import small

from easterly.base.columns import floats, indices, ints, texts
from easterly.model.allocation import Demands
from easterly.model.network import Hosts, LinkKind, Links, Network, NodeKind, Nodes


def network(
    n: int,
    links: list[tuple[int, int, float]],
    *,
    cost: list[float] | None = None,
    reverse: list[int] | None = None,
    groups: dict[str, list[int]] | None = None,
) -> Network:
    """Routers r0 .. and directed links (from, to, capacity); `groups` names the links of shared risks."""
    src, dst, capacity = (list(c) for c in zip(*links, strict=True)) if links else ([], [], [])
    count, risks = len(links), groups or {}
    of_link = [[g for g, rows in enumerate(risks.values()) if row in rows] for row in range(count)]
    names = texts([f"r{i}" for i in range(n)])
    nodes = small.rows(Nodes, n, name=names, device=names, kind=ints([NodeKind.WAN] * n), role=texts(["wan"] * n))
    table: dict[str, Any] = {
        "src": ints(src), "dst": ints(dst), "capacity_bps": floats(capacity), "kind": ints([LinkKind.WAN] * count),
        "src_port": ints(np.arange(count)), "dst_port": ints(np.arange(count)),
        "cost": floats(np.ones(count) if cost is None else cost), "delay_s": floats(np.full(count, 1e-3)),
        "reverse": ints([-1] * count if reverse is None else reverse),
        "srlg_ptr": indices(np.cumsum([0, *map(len, of_link)])), "srlg_idx": ints([g for row in of_link for g in row]),
    }  # fmt: skip
    hosts = small.rows(Hosts, 0, nic_ptr=indices([0]))
    return Network("wan", nodes, small.rows(Links, count, **table), hosts, tuple(risks), {})


def cabled(n: int, cables: list[tuple[int, int, float]], **given: Any) -> Network:
    """The same with both directions of each cable: rows 2i and 2i + 1."""
    links = [row for a, b, rate in cables for row in ((a, b, rate), (b, a, rate))]
    return network(n, links, reverse=[row ^ 1 for row in range(len(links))], **given)


def demands(*rows: tuple[int, int, float]) -> Demands:
    """Demands (from, to, rate) of weight 1 and of one class."""
    src, dst, rate = (list(c) for c in zip(*rows, strict=True)) if rows else ([], [], [])
    count = len(rows)
    return Demands(ints(src), ints(dst), floats(rate), floats(np.ones(count)), ints(np.zeros(count)))


@st.composite
def random_wans(draw: st.DrawFn, most: int = 6) -> tuple[Network, Demands]:
    """Cables with parallel ones and without capacity, and demands with self pairs, duplicates and zeros."""
    n = draw(st.integers(2, most))
    node = st.integers(0, n - 1)
    ends = draw(st.lists(st.tuples(node, node).filter(lambda e: e[0] != e[1]), min_size=1, max_size=2 * n))
    cables = [(a, b, draw(st.sampled_from([0.0, 1.0, 2.0, 3.5]))) for a, b in ends]
    cost = [float(draw(st.integers(1, 3))) for _ in cables]
    rows = draw(st.lists(st.tuples(node, node, st.sampled_from([0.0, 0.5, 1.0, 4.0])), min_size=1, max_size=8))
    return cabled(n, cables, cost=[c for c in cost for _ in range(2)]), demands(*rows)
