"""Links that tenants share before their flows do: by hand, and by what every flow must be able to say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from easterly.base.columns import floats, ints
from easterly.model.fluid import Changes, FluidRun
from easterly.predict.fluid import activities, simulate

G = 8e9
GB = 1e9


def rates(
    links: list[float],
    paths: list[list[int]],
    weight: list[float],
    tenant: list[int],
    parts: list[float],
    group: list[int] | None = None,
    of_group: list[float] | None = None,
    cap: list[float] | None = None,
) -> tuple[NDArray[np.float64], FluidRun]:
    """(A,) [bit/s] rates at once: what each carries in a second over a link of its own that holds nobody back."""
    count = len(links)
    found = simulate(
        floats([*links, *[np.inf] * len(paths), 1.0]),
        activities(
            [[*path, count + i] for i, path in enumerate(paths)], [1e15] * len(paths), weight=weight, tenant=tenant,
            tenant_weight=parts, tenant_group=group, group_weight=of_group, cap_bps=cap,
        ),
        Changes(floats([1.0]), ints([count + len(paths)]), floats([2.0])), mode="exact", until_s=1.0,
    )  # fmt: skip
    return found.carried_B[count : count + len(paths)] * 8, found


def check(
    links: list[float], paths: list[list[int]], weight: list[float], tenant: list[int], parts: list[float],
    rate: NDArray[np.float64], group: list[int] | None = None, of_group: list[float] | None = None,
) -> None:  # fmt: skip
    """Every flow has a full link on which nobody of its tenant has more, no tenant of its group, and no group."""
    count, own = len(links), np.array(tenant)
    most = max(tenant) + 1
    household = np.array([group[t] if group and t >= 0 else 0 for t in range(most)] + [0])
    on = np.array([[link in path for link in range(count)] for path in paths])
    load = np.array([(rate[own == t, None] * on[own == t]).sum(axis=0) for t in [*range(most), -1]])
    level = load / np.array([*parts[:most], 1.0])[:, None]
    together = np.array([load[household == g].sum(axis=0) for g in range(household.max() + 1)])
    above = together / np.array(of_group or [1.0])[: len(together), None]
    total = load.sum(axis=0)
    assert (total <= np.array(links) * (1 + 1e-8)).all()
    for i, path in enumerate(paths):
        g = household[tenant[i]]
        said = [
            rate[i] / weight[i] >= (rate / weight)[(own == tenant[i]) & on[:, link]].max() * (1 - 1e-8)
            and level[tenant[i], link] >= level[household == g, link].max() * (1 - 1e-8)
            and above[g, link] >= above[:, link].max() * (1 - 1e-8)
            and total[link] >= links[link] * (1 - 1e-8)
            for link in path
        ]
        assert any(said), (i, rate.tolist())


def test_a_tenant_of_many_flows_has_no_more_than_one_of_few() -> None:
    rate, _ = rates([G], [[0]] * 4, [1.0] * 4, [0, 0, 0, 1], [1.0, 1.0])
    np.testing.assert_allclose(rate, [G / 6, G / 6, G / 6, G / 2], rtol=1e-12)


def test_weights_count_on_both_levels() -> None:
    rate, _ = rates([G], [[0]] * 3, [1.0, 3.0, 1.0], [0, 0, 1], [3.0, 1.0])
    np.testing.assert_allclose(rate, [G * 3 / 16, G * 9 / 16, G / 4], rtol=1e-12)


def test_what_a_tenant_does_not_use_is_for_the_others() -> None:
    """Tenant 1 gets a fifth at the second link: on the first, tenant 0 has the rest."""
    rate, _ = rates([G, G / 5], [[0], [0], [0, 1]], [1.0] * 3, [0, 0, 1], [1.0, 1.0])
    np.testing.assert_allclose(rate, [0.4 * G, 0.4 * G, 0.2 * G], rtol=1e-12)


def test_flows_of_nobody_are_as_one_tenant() -> None:
    rate, _ = rates([G], [[0]] * 3, [1.0] * 3, [-1, -1, 0], [1.0])
    np.testing.assert_allclose(rate, [G / 4, G / 4, G / 2], rtol=1e-12)


def test_one_tenant_is_as_none() -> None:
    paths = [[0, 1], [0], [1], [1]]
    one, none = (rates([G, 2 * G], paths, [1.0, 2.0, 1.0, 1.0], t, w)[0] for t, w in (([0] * 4, [5.0]), ([-1] * 4, [])))
    assert one.tolist() == none.tolist()


@given(st.data())
@settings(max_examples=150)
def test_every_flow_can_say_who_holds_it_back(data: st.DataObject) -> None:
    links = data.draw(st.lists(st.sampled_from([1e9, 2e9, 3e9, 5e9]), min_size=1, max_size=5))
    path = st.lists(st.integers(0, len(links) - 1), min_size=1, max_size=3, unique=True)
    paths = data.draw(st.lists(path, min_size=1, max_size=10))
    few = st.sampled_from([1.0, 2.0, 0.5])
    weight = [data.draw(few) for _ in paths]
    parts = [data.draw(few) for _ in range(3)]
    tenant = [data.draw(st.integers(-1, 2)) for _ in paths]
    rate, found = rates(links, paths, weight, tenant, parts)
    assert found.unsettled == 0
    check(links, paths, weight, tenant, parts, rate)


def test_groups_share_before_their_tenants_do() -> None:
    """Two thirds for the first group, of which its first tenant has a quarter; its second shares evenly."""
    rate, _ = rates([G], [[0]] * 5, [1.0] * 5, [0, 1, 1, 2, 3], [1.0, 3.0, 5.0, 1.0], [0, 0, 1, 1], [2.0, 1.0])
    np.testing.assert_allclose(rate, G * np.array([1 / 6, 1 / 4, 1 / 4, 5 / 18, 1 / 18]), rtol=1e-12)


def test_what_a_tenant_does_not_use_is_for_its_group_first() -> None:
    """Half for each group: the second tenant of the first takes a tenth, and the first the rest of the half."""
    rate, _ = rates([G], [[0]] * 3, [1.0] * 3, [0, 1, 2], [1.0] * 3, [0, 0, 1], [1.0, 1.0], [np.inf, 0.1 * G, np.inf])
    np.testing.assert_allclose(rate, [0.4 * G, 0.1 * G, 0.5 * G], rtol=1e-12)


def filled(all_of_it: float, wants: list[float], weight: list[float]) -> list[float]:
    """Parts of a whole by weight, nobody's above what it wants: the least wanted for its weight is served first."""
    found, rest = [0.0] * len(wants), sum(weight)
    for i in sorted(range(len(wants)), key=lambda i: wants[i] / weight[i]):
        found[i] = min(wants[i], all_of_it * weight[i] / rest)
        all_of_it, rest = all_of_it - found[i], rest - weight[i]
    return found


@given(st.data())
@settings(max_examples=150)
def test_one_link_is_filled_level_by_level(data: st.DataObject) -> None:
    """Groups by what their tenants want, tenants by what their flows do, and flows: each with what it was left."""
    few = st.sampled_from([1.0, 2.0, 0.5, 7.0])
    group = data.draw(st.lists(st.integers(0, 2), min_size=1, max_size=5))
    tenant = data.draw(st.lists(st.integers(0, len(group) - 1), min_size=1, max_size=9))
    weight, parts, of_group = ([data.draw(few) for _ in range(n)] for n in (len(tenant), len(group), 3))
    cap = [data.draw(st.sampled_from([np.inf, 0.1 * G, 0.3 * G, 0.02 * G])) for _ in tenant]
    rate, found = rates([G], [[0]] * len(tenant), weight, tenant, parts, group, of_group, cap)
    flows = [[i for i, own in enumerate(tenant) if own == t] for t in range(len(group))]
    wants = [sum(cap[i] for i in own) for own in flows]
    tenants = [[t for t, own in enumerate(group) if own == g] for g in range(3)]
    for g, whole in enumerate(filled(G, [sum(wants[t] for t in own) for own in tenants], of_group)):
        each = filled(whole, [wants[t] for t in tenants[g]], [parts[t] for t in tenants[g]])
        for t, part in zip(tenants[g], each, strict=True):
            got = filled(part, [cap[i] for i in flows[t]], [weight[i] for i in flows[t]])
            np.testing.assert_allclose(rate[flows[t]], got, rtol=1e-9)
    assert found.unsettled == 0


@given(st.data())
@settings(max_examples=100)
def test_every_flow_of_a_group_can_say_who_holds_it_back(data: st.DataObject) -> None:
    links = data.draw(st.lists(st.sampled_from([1e9, 2e9, 3e9, 5e9]), min_size=1, max_size=5))
    path = st.lists(st.integers(0, len(links) - 1), min_size=1, max_size=4, unique=True)
    paths = data.draw(st.lists(path, min_size=1, max_size=10))
    few = st.sampled_from([1.0, 2.0, 0.5, 11.0])
    weight, parts, of_group = ([data.draw(few) for _ in range(n)] for n in (len(paths), 5, 2))
    tenant, group = [data.draw(st.integers(0, 4)) for _ in paths], [0, 1, 0, 1, 1]
    rate, found = rates(links, paths, weight, tenant, parts, group, of_group)
    assert found.unsettled == 0
    check(links, paths, weight, tenant, parts, rate, group, of_group)


@pytest.mark.parametrize("seed", [3440, 3927, 5895])
def test_parts_that_creep_towards_each_other_are_found(seed: int) -> None:
    """Two tenants whose long flows cross the same four links: parts followed each other for thousands of rounds."""
    draw = np.random.default_rng(seed)
    links = (1e9 * np.exp(draw.uniform(-np.log(3), np.log(3), 4))).tolist()
    paths = [draw.choice(4, int(draw.integers(1, 5)), replace=False).tolist() for _ in range(8)]
    wide = np.log(20**0.5)
    weight = np.exp(draw.uniform(-wide, wide, 8)).tolist()
    tenant, parts = draw.integers(0, 2, 8).tolist(), np.exp(draw.uniform(-wide, wide, 2)).tolist()
    rate, found = rates(links, paths, weight, tenant, parts)
    assert found.unsettled == 0
    check(links, paths, weight, tenant, parts, rate)


def test_tenants_come_and_go() -> None:
    """Alone at first, then with another of twice the weight, whose two flows end together."""
    found = simulate(
        floats([G]),
        activities([[0]] * 3, [2 * GB, GB, GB], begin_s=[0.0, 1.0, 1.0], tenant=[0, 1, 1], tenant_weight=[1.0, 2.0]),
    )
    np.testing.assert_allclose(found.done_s, [4.0, 4.0, 4.0], rtol=1e-12)
    assert found.bottleneck_link.tolist() == [0, 0, 0]


def test_a_tenant_without_weight_is_refused() -> None:
    with pytest.raises(ValueError, match=r"tenant\[0\] is 1, neither -1 nor one that has a weight"):
        simulate(floats([G]), activities([[0]], [GB], tenant=[1], tenant_weight=[1.0]))


@pytest.mark.parametrize(
    "group, of_group, said", [([0], None, "tenant_group"), ([1], [1.0], "tenant_group"), ([0], [0.0], "group_weight")]
)
def test_groups_that_do_not_fit_are_refused(group: list[int], of_group: list[float] | None, said: str) -> None:
    one = activities([[0]], [GB], tenant=[0], tenant_weight=[1.0], tenant_group=group, group_weight=of_group)
    with pytest.raises(ValueError, match=said):
        simulate(floats([G]), one)
