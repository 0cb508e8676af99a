"""Distribution of weights: bytes by method, times against pieces that are handed on one by one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.demand.clusters import MODEL
from tests.demand.traffic import places

from easterly.demand.traffic import delivery

STORE = {"kind": "storage", "hosts": 1}


def weights(receivers=5, **keys):
    sent = {"kind": "distribution", "from": "s", "to": "r", "size": "100GB", **keys}
    return {"s": STORE, "r": {"kind": "storage", "hosts": receivers}, "w": sent}


def moved(**keys):
    return places.of(places.build(weights(**keys)), "w", "weights")


@pytest.mark.parametrize("method, from_source", [("unicast", 5), ("chain", 1), ("tree", 2), ("multicast", 1)])
def test_what_the_source_sends_and_everybody_gets(method, from_source):
    src, dst, amount = moved(method=method)
    found = places.figures(weights(method=method))
    assert found["w", "source_B"] == pytest.approx(from_source * 100e9)
    assert found["w", "unicast_source_B"] == pytest.approx(5 * 100e9)
    got = places.by_host(dst, amount)
    hosts = [name for name in got if "host" in name]
    assert len(hosts) == 5 and [got[name] for name in hosts] == pytest.approx([100e9] * 5)
    assert sum(places.by_host(src, amount).values()) == pytest.approx(amount.sum())


@given(st.integers(1, 11), st.integers(1, 4))
def test_a_tree_hands_on_no_more_than_its_fan_out(receivers, fanout):
    src, _, amount = moved(receivers=receivers, method="tree", fanout=fanout)
    sends = np.array(list(places.by_host(src, amount).values())) / 100e9
    assert sends.sum() == pytest.approx(receivers) and sends.max() <= fanout + 1e-9


def test_multicast_crosses_every_link_once():
    """One tree per interface of the source, with a quarter of the bytes each; every switch on the way has one input."""
    src, dst, amount = moved(method="multicast", receivers=9)
    links = set(zip(places.network().links.src.tolist(), places.network().links.dst.tolist(), strict=True))
    assert set(zip(src.tolist(), dst.tolist(), strict=True)) <= links
    assert set(np.round(amount / 25e9, 9)) <= {1.0, 2.0, 3.0, 4.0}
    spines = [name for name in places.by_host(dst, amount) if "spine" in name]
    total = sum(places.by_host(dst, amount)[name] for name in spines)
    assert total <= 100e9 * (1 + 1e-9)
    bytes_of = {m: places.figures(weights(method=m, receivers=9))["w", "links_B"] for m in ("unicast", "multicast")}
    assert bytes_of["multicast"] == pytest.approx(amount.sum()) and bytes_of["multicast"] < bytes_of["unicast"]


def simulated(count, fanout, pieces):
    """Rounds of one piece each until all have all: every host sends its oldest unsent piece, child by child."""
    has = [list(range(pieces)), *([] for _ in range(count))]
    children = [[c for c in range(fanout * p + 1, fanout * p + fanout + 1) if c <= count] for p in range(count + 1)]
    queue = [[(piece, c) for piece in has[0] for c in children[0]], *([] for _ in range(count))]
    rounds = 0
    while any(queue):
        sent = [(p, *q.pop(0)) for p, q in enumerate(queue) if q]
        for _, piece, child in sent:
            queue[child] += [(piece, c) for c in children[child]]
        rounds += 1
    return rounds


@pytest.mark.parametrize("count, fanout", [(1, 1), (5, 1), (3, 2), (7, 2), (11, 1), (11, 3), (6, 2)])
def test_times_are_those_of_pieces_handed_on(count, fanout):
    """50 pieces of 2 GB at 400 Gb/s, 40 ms each; a tree that is not full may be done a little earlier."""
    method = {"method": "tree", "fanout": fanout, "chunk": "2GB"} if fanout > 1 else {"method": "chain", "chunk": "2GB"}
    made = places.ends(weights(receivers=count, **method))
    found_s = delivery.time_s(made.site.traffic["w"], made)
    rounds = simulated(count, min(fanout, count), 50)
    assert rounds * 0.04 <= found_s * (1 + 1e-9) <= (rounds + fanout * fanout) * 0.04 * (1 + 1e-9)
    assert fanout > 1 or found_s == pytest.approx(rounds * 0.04)


def test_unicast_takes_as_long_as_the_source_sends_and_a_far_source_as_its_link():
    made = places.ends(weights())
    assert delivery.time_s(made.site.traffic["w"], made) == pytest.approx(5 * 100e9 * 8 / 400e9)
    far = places.ends({**weights(), "w": {**weights()["w"], "from": "plants", "method": "multicast"}})
    assert delivery.time_s(far.site.traffic["w"], far) == pytest.approx(100e9 * 8 / 10e9)


def test_weights_of_a_service_or_a_job_need_no_size():
    sent = {"kind": "distribution", "from": "lake", "to": "chat"}
    chat = {"class": "bulk", "fabric": "west", "model": MODEL, "load": {"requests": "1/s"}, "dtype": "bf16"}
    found = places.figures({"w": sent}, services={"chat": chat})
    assert found["w", "size_B"] == 2 * 1e9
    job = {"fabric": "west", "class": "bulk", "model": MODEL, "parallel": {"dp": 16}, "batch": 16, "dtype": "fp32"}
    found = places.figures({"w": {**sent, "to": "pre"}}, jobs={"pre": job})
    assert found["w", "size_B"] == 4 * 1e9 and found["w", "receivers"] == 2
