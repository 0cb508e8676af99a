"""What holds of the demand of every site."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.strategies import site_dicts

from easterly import demand
from easterly.model import store
from easterly.model.spec.site import Site
from easterly.site import blueprints


@settings(max_examples=20)
@given(site_dicts(), st.randoms(use_true_random=False))
def test_flows_join_hosts_of_their_work_on_one_rail_and_order_is_nothing(drawn, random):
    site = Site.model_validate(drawn)
    network = blueprints.build(site)
    demands = demand.build(site, network)
    work, flows = demands.work, demands.flows
    assert sorted(work.name.tolist()) == sorted([*site.jobs, *site.services])
    a, b = network.node_host[flows.src], network.node_host[flows.dst]
    assert (a >= 0).all() and (b >= 0).all() and (a != b).all()
    for label in (network.nodes.rail_group, network.nodes.plane):
        assert (label[flows.src] == label[flows.dst]).all()
    owner = demands.phases.owner[flows.phase]
    for w, name in enumerate(work.name.tolist()):
        mine = work.host_idx[work.host_ptr[w] : work.host_ptr[w + 1]]
        assert np.isin(a[owner == name], mine).all() and np.isin(b[owner == name], mine).all()
        assert (network.hosts.fabric[mine] == work.fabric[w]).all()
    kind = dict(zip(work.name.tolist(), work.kind.tolist(), strict=True))
    is_job = np.array([kind[name] == "job" for name in owner.tolist()], dtype=bool)
    assert (flows.size_B[is_job] > 0).all() and not flows.rate_bps[is_job].any() and not flows.size_B[~is_job].any()
    shuffled = {key: _shuffled(value, random) for key, value in _shuffled(drawn, random).items()}
    assert store.digest(demand.build(Site.model_validate(shuffled), network)) == store.digest(demands)


def _shuffled(value, random):
    if not isinstance(value, dict):
        return value
    keys = list(value)
    random.shuffle(keys)
    return {key: value[key] for key in keys}
