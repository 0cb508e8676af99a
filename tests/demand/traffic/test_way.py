"""Ways of traffic against those that routing finds, in fabrics of every routing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from easterly.base.columns import floats, ints
from easterly.demand.layout import Traffic
from easterly.demand.traffic import way
from easterly.model.demand import Flows
from easterly.model.network import Network
from easterly.model.spec.site import Site
from easterly.route import paths_of, policy_of
from easterly.site.blueprints import build

HARDWARE = {
    "switches": {"sw": {"ports": 64, "rate": "400Gb/s"}},
    "hosts": {"one": {"gpus": 1, "nics": 1, "nic_rate": "400Gb/s"}},
}
TORUS = {"blueprint": "torus", "switch": "sw", "dims": [4, 4], "down": 1, "hosts": {"type": "one", "count": 16}}
FLY = {
    "blueprint": "dragonfly", "switch": "sw", "routers": 4, "global_links": 2, "down": 1,
    "hosts": {"type": "one", "count": 36},
}  # fmt: skip


def network_of(**fabrics: dict) -> Network:
    links = {"l": {"a": "a", "b": "b", "rate": "400Gb/s", "delay": "1ms"}} if len(fabrics) > 1 else {}
    border = {"border": {"count": 1}} if links else {}
    made = {name: {**keys, **border, "slot": slot} for slot, (name, keys) in enumerate(fabrics.items())}
    document = {"version": 1, "site": {"name": "s"}, "hardware": HARDWARE, "fabrics": made, "wan": {"links": links}}
    return build(Site.model_validate(document))


@pytest.mark.parametrize(
    "fabrics",
    [
        {"a": {**TORUS, "routing": "dimension-order"}},
        {"a": {**TORUS, "routing": "valiant"}},
        {"a": TORUS},
        {"a": {**FLY, "routing": "minimal"}},
        {"a": {**FLY, "routing": "valiant"}},
        {"a": {**TORUS, "routing": "dimension-order"}, "b": {**FLY, "routing": "minimal"}},
        {"a": {**TORUS, "routing": "dimension-order"}, "b": FLY},
    ],
)
def test_traffic_goes_where_routing_sends_it(fabrics: dict) -> None:
    network = network_of(**fabrics)
    draw = np.random.default_rng(7)
    src, dst = (ints(draw.choice(network.hosts.nic_node, 60)) for _ in range(2))
    zero = np.zeros(60)
    flows = Flows(src, dst, floats(zero), floats(zero + 1), ints(zero + 1), ints(zero))
    made, routed = way.Ways.of(network, src, dst), paths_of(network, flows, policy_of(network, seed=0))

    def table(found) -> dict[tuple[int, int], float]:
        flow = np.repeat(np.arange(60), np.diff(found.ptr)).tolist()
        return dict(zip(zip(flow, found.link.tolist(), strict=True), found.share.tolist(), strict=True))

    assert table(made) == pytest.approx(table(routed), rel=1e-12)


def test_the_limit_of_a_transfer_by_hand() -> None:
    """Hosts 0 and 1 send to host 10, two steps in x and y: by dimension order they share the last two links."""
    whole = network_of(a={**TORUS, "routing": "dimension-order"})
    nics = whole.hosts.nic_node
    sent = Traffic(ints(nics[[0, 1]]), ints(nics[[6, 10]]), floats([1.0, 1.0]), 0.0, 0.0)
    # 0 -> 1 -> 2 -> 6 and 1 -> 2 -> 6 -> 10 share two links of 400 Gb/s; split over all cheapest paths they share less.
    assert way.limit(whole, sent).rate_bps == pytest.approx(400e9)
    split = replace(whole, structures=tuple(replace(s, routing="ecmp") for s in whole.structures))
    assert way.limit(split, sent).rate_bps > 1.05 * 400e9
