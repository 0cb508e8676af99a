"""Ranks are numbered in the order of axes that a job gives: groups written out by loops."""

from itertools import product

import pytest
from tests.demand.test_axes import demands_of, rows

DEGREES = {"tp": 2, "cp": 2, "pp": 3, "dp": 4}


def ranks(order):
    """Rank at each place (tp, cp, pp, dp); the axis named first runs fastest."""
    axes = order.split("-")[::-1]
    places = product(*(range(DEGREES[axis]) for axis in axes))
    return {tuple(dict(zip(axes, place, strict=True))[a] for a in DEGREES): rank for rank, place in enumerate(places)}


def groups(order, together):
    """Sets of ranks whose places differ in some axes only."""
    found = {}
    for place, rank in ranks(order).items():
        key = tuple(at for axis, at in zip(DEGREES, place, strict=True) if axis not in together)
        found.setdefault(key, set()).add(rank)
    return {frozenset(group) for group in found.values()}


def meet(flows):
    """Sets of ends that flows join, directly or not."""
    found = []
    for pair in flows:
        touched = [group for group in found if group & pair]
        found = [group for group in found if not group & pair] + [frozenset(pair).union(*touched)]
    return set(found)


@pytest.mark.parametrize("order", ["tp-cp-dp-pp", "tp-cp-pp-dp"])
@pytest.mark.parametrize("axis", ["tp", "cp", "pp", "dp"])
def test_groups_are_those_of_the_order(order, axis):
    """One GPU per host, so that interface and rank are one; gradients are summed over replicas and context alike."""
    job = {"parallel": {**DEGREES, "order": order}, "batch": 4, "collective": "ring"}
    made = demands_of(job, hosts=48, gpus=1, nics=1)
    for row in rows(made, axis=axis):
        mine = made.flows.phase == row
        first = made.flows.src.min()
        pairs = zip((made.flows.src[mine] - first).tolist(), (made.flows.dst[mine] - first).tolist(), strict=True)
        assert meet({frozenset(pair) for pair in pairs}) == groups(order, ("cp", "dp") if axis == "dp" else (axis,))


def test_the_last_axis_is_the_one_that_crosses_the_network():
    """Two GPUs per host and pipelines of two stages: neighbours in one host, or two hosts apart."""
    near, far = (
        demands_of({"parallel": {"pp": 2, "dp": 4, "order": order}, "batch": 4}, hosts=4, gpus=2, nics=2)
        for order in ("tp-cp-pp-dp", "tp-cp-dp-pp")
    )
    assert all(not (near.flows.phase == row).any() for row in rows(near, axis="pp"))
    assert all((far.flows.phase == row).sum() == 4 for row in rows(far, axis="pp"))
