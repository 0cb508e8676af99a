"""Turns of routers after a fault, beside a protocol played message by message, and where they are known by hand."""

from __future__ import annotations

import random

import pytest
from tests.predict.told import HOLD, Played

from easterly import predict
from easterly.model.spec.underlay import Underlay
from easterly.predict import Sessions, Turns, turns

LATE = 0.1


def ring(routers: int) -> Sessions:
    return Sessions([(f"r{i}", f"r{(i + 1) % routers}") for i in range(routers)])


def pods() -> Sessions:
    """Two pods of two leaves and two spines, two cores for each place of spines; numbers as RFC 7938 gives them."""
    spines = [(pod, place) for pod in "ab" for place in (0, 1)]
    cables = [(f"{pod}-leaf{leaf}", f"{pod}-spine{place}") for pod, place in spines for leaf in (0, 1)]
    cables += [(f"{pod}-spine{place}", f"core{place}{i}") for pod, place in spines for i in (0, 1)]
    asn = {f"{pod}-spine{place}": ord(pod) for pod, place in spines} | {
        f"core{p}{i}": 1 for p in (0, 1) for i in (0, 1)
    }
    return Sessions(cables, (), asn, [f"{pod}-leaf{leaf}" for pod in "ab" for leaf in (0, 1)])


@pytest.mark.parametrize("half", [2, 3, 4, 7, 14])
def test_on_a_ring_the_news_goes_to_the_opposite_router_and_back(half: int) -> None:
    """The opposite one has both ways; the one beside it may have been told of the other, or not."""
    made = ring(2 * half)
    assert turns(made, 0, ["r0"], f"r{half}") == Turns(half - 1, half)
    assert turns(made, 0, ["r0"], "r1").most == 2 * half - 1
    assert turns(made, 0, ["r1"], "r0").most == 2 * half - 1
    assert turns(made, 0, ["r0"], f"r{2 * half - 1}") == Turns(0, 0)


def test_pods_tell_each_other_by_way_of_their_cores() -> None:
    """The spine, its cores, the spines of the other pod that are below them, and the leaves there: four."""
    made = pods()
    cable = made.cables.index(("a-leaf0", "a-spine0"))
    assert turns(made, cable, ["a-leaf0"], "b-leaf1").most == 4
    assert turns(made, cable, ["a-leaf0"], "a-leaf1").most == 2
    assert turns(made, cable, ["b-leaf0"], "a-leaf0") == Turns(1, 1)
    with pytest.raises(ValueError, match="a-spine0 has no way to a-leaf0 but this cable"):
        turns(made, cable, ["a-leaf0"], "a-spine0")


def test_a_second_cable_to_the_same_neighbour_is_another_way_at_once() -> None:
    made = Sessions([("a", "b"), ("a", "b"), ("b", "c")])
    assert turns(made, 0, ["c"], "a") == Turns(1, 1)


def drawn(seed: int, kind: str) -> tuple[Sessions, str, int, random.Random]:
    """A ring with chords, its goal, and the cable that fails."""
    draws = random.Random(seed)
    names = [f"r{i}" for i in range(draws.randint(4, 9))]
    cables = list(zip(names, [*names[1:], names[0]], strict=True))
    for _ in range(draws.randint(0, len(names))):
        a, b = draws.sample(names, 2)
        if (a, b) not in cables and (b, a) not in cables:
            cables.append((a, b))
    lengths = [draws.randint(1, 3) for _ in cables] if kind == "lengths" else ()
    silent = draws.sample(names, len(names) // 4) if kind == "silent" else ()
    return Sessions(cables, lengths, None, silent), draws.choice(names), draws.randrange(len(cables)), draws


@pytest.mark.parametrize("kind", ["plain", "silent", "lengths"])
def test_no_order_of_messages_leaves_the_bounds(kind: str) -> None:
    """Each router decides a hold after the first news, ends notice the fault apart, messages overtake each other."""
    near_low = near_high = 0
    for seed in range(60):
        made, goal, failed, draws = drawn(seed, kind)
        played, apart = Played(made, draws, LATE), draws.choice([0.0, 0.3, 0.9])
        said = {each: found for each in played.routers if each != goal and (found := _turns(made, failed, goal, each))}
        said = {each: found for each, found in said.items() if played.arrives(each, goal)}
        played.fail(failed, apart)
        good, back, lost = {each: played.arrives(each, goal) for each in said}, {}, set[str]()
        for now in played.steps():
            for each in said:
                was, good[each] = good[each], played.arrives(each, goal)
                lost |= set() if good[each] else {each}
                if good[each] and not was:
                    back.setdefault(each, []).append(now)
        for each in lost:
            found = said[each]
            assert good[each], (seed, each)
            assert back[each][0] >= found.least * HOLD - 1e-9, (seed, each)
            assert back[each][-1] <= apart + found.most * HOLD * (1 + LATE), (seed, each)
            near_low += back[each][0] < (found.least + 0.5) * HOLD
            near_high += back[each][-1] > (found.most - 1) * HOLD
    assert near_low > 10
    assert near_high > 10


def _turns(made: Sessions, failed: int, goal: str, source: str) -> Turns | None:
    try:
        found = turns(made, failed, [goal], source)
    except ValueError:
        return None
    return found if found.most else None


def test_each_further_router_adds_the_hold_of_bgpd() -> None:
    """50 ms, and up to 10 ms more; the interior protocols tell everybody at once."""
    fast = {"bfd": {"interval": "50ms", "multiplier": 3}}
    one = predict.failover(Underlay.model_validate(fast))
    found = predict.failover(Underlay.model_validate(fast), turns=Turns(3, 5))
    assert found.low_s - one.low_s == pytest.approx(2 * 0.05)
    assert found.high_s - one.high_s == pytest.approx(4 * 0.06)
    assert (found.detection_low_s, found.detection_high_s) == (one.detection_low_s, one.detection_high_s)
    for protocol in ("ospf", "isis"):
        underlay = Underlay.model_validate({"protocol": protocol, **fast})
        assert predict.failover(underlay, turns=Turns(3, 5)).high_s == predict.failover(underlay).high_s
