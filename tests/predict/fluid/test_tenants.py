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
    links: list[float], paths: list[list[int]], weight: list[float], tenant: list[int], parts: list[float]
) -> tuple[NDArray[np.float64], FluidRun]:
    """(A,) [bit/s] rates at once: what each carries in a second over a link of its own that holds nobody back."""
    count = len(links)
    found = simulate(
        floats([*links, *[np.inf] * len(paths), 1.0]),
        activities(
            [[*path, count + i] for i, path in enumerate(paths)], [1e15] * len(paths), weight=weight, tenant=tenant,
            tenant_weight=parts,
        ),
        Changes(floats([1.0]), ints([count + len(paths)]), floats([2.0])), mode="exact", until_s=1.0,
    )  # fmt: skip
    return found.carried_B[count : count + len(paths)] * 8, found


def check(
    links: list[float], paths: list[list[int]], weight: list[float], tenant: list[int], parts: list[float],
    rate: NDArray[np.float64],
) -> None:  # fmt: skip
    """Every flow has a full link on which nobody of its tenant has more for its weight, and no tenant for its own."""
    tenants = sorted(set(tenant))
    load = np.array(
        [
            [sum(rate[i] for i, p in enumerate(paths) if link in p and tenant[i] == t) for t in tenants]
            for link in range(len(links))
        ]
    )
    part = np.array([parts[t] if t >= 0 else 1.0 for t in tenants])
    assert (load.sum(axis=1) <= np.array(links) * (1 + 1e-8)).all()
    for i, path in enumerate(paths):
        said = []
        for link in path:
            mates = [j for j, p in enumerate(paths) if link in p and tenant[j] == tenant[i]]
            first = rate[i] / weight[i] >= max(rate[j] / weight[j] for j in mates) * (1 - 1e-8)
            level = load[link] / part
            highest = level[tenants.index(tenant[i])] >= level.max() * (1 - 1e-8)
            said.append(first and highest and load[link].sum() >= links[link] * (1 - 1e-8))
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
