"""Who sends to whom: equal parts on either side, on equal interfaces, never inside a host."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.demand.traffic import places

from easterly.demand import ends as module
from easterly.demand.ends import Ends


def nics(*hosts):
    table = places.network().hosts
    return np.concatenate([table.nics(host) for host in hosts])


def whole():
    return Ends(places.site({}), places.network(), {})


some = st.lists(st.integers(0, 19), min_size=1, max_size=8, unique=True)


@given(some, some, st.sampled_from([1, 7, 64, 8192]))
def test_every_sender_and_receiver_has_an_equal_part(a, b, most):
    """Also where not all pairs are formed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "MOST_FLOWS", most)
        src, dst, part = whole().evenly(nics(*a), nics(*b), 10.0)
    assert part.sum() == pytest.approx(10.0)
    for nodes, side in ((src, nics(*a)), (dst, nics(*b))):
        assert set(nodes) == set(side)
        assert [part[nodes == n].sum() for n in side] == pytest.approx([10 / len(side)] * len(side))


@given(some, some)
def test_interfaces_of_equal_number_meet(a, b):
    """Hosts have four interfaces each: nothing changes rails."""
    src, dst, _ = whole().evenly(nics(*a), nics(*b), 1.0)
    names = places.network().nodes.name
    pairs = {(str(names[s]).split(":")[1], str(names[d]).split(":")[1]) for s, d in zip(src, dst, strict=True)}
    assert pairs == {(f"nic{n}", f"nic{n}") for n in range(4)}


@given(some)
def test_among_leaves_nobody_with_himself_and_loses_nothing(hosts):
    src, dst, part = whole().among(nics(*hosts), 6.0)
    device = places.network().nodes.device
    assert (device[src] != device[dst]).all()
    if len(hosts) == 1:
        assert len(part) == 0
        return
    sent, received = places.by_host(src, part), places.by_host(dst, part)
    assert list(sent.values()) == pytest.approx([6.0 / len(hosts)] * len(hosts))
    assert list(received.values()) == pytest.approx([6.0 / len(hosts)] * len(hosts))


@given(some, some)
def test_what_is_sent_is_received_but_for_what_stays_in_a_host(a, b):
    made = whole().traffic([whole().evenly(nics(*a), nics(*b), 12.0)])
    at_home = sum(1 / (len(a) * len(b)) for x in a for y in b if x == y)
    assert made.amount.sum() == pytest.approx(12.0 * (1 - at_home))
    assert len(set(zip(made.src.tolist(), made.dst.tolist(), strict=True))) == len(made.src)


def test_a_router_of_the_wan_talks_to_all_interfaces():
    lake = whole().nodes("lake")
    src, dst, part = whole().evenly(lake, nics(3, 4), 8.0)
    assert set(src) == set(lake) and len(dst) == 8 and part.tolist() == [1.0] * 8


def test_a_name_of_nothing_sends_nothing():
    assert len(whole().nodes("nobody")) == 0
    assert len(whole().evenly(whole().nodes("nobody"), nics(0), 1.0)[0]) == 0
    assert len(whole().traffic([]).src) == 0


def test_the_busiest_interface_sets_the_least_time():
    """Two hosts of 4 x 100 Gb/s into one: 80 GB each, 160 GB into 400 Gb/s."""
    made = whole().traffic([whole().evenly(nics(0, 1), nics(2), 160e9)])
    assert made.busiest_s == pytest.approx(160e9 * 8 / 400e9)
