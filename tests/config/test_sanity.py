"""Files of switches and front ends that cannot be meant: each mutation is found, and nothing that is rendered is."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.config.fronts.test_fronts import TLS
from tests.config.switches.plans import planned, preset

from easterly import config
from easterly.config import haproxy, nginx
from easterly.config.sanity import PERCENT
from easterly.config.switches import DIALECTS, settings
from easterly.model.outcome import Artifact


def written(name, change):
    """A leaf of which every queue is changed after it was fitted to its system."""
    dialect, wanted = next((d, s) for d, s in settings(*planned(preset("ai-cluster", name))) if s.ports)
    fitted = dialect.fit(wanted)
    ports = tuple(replace(p, queues=tuple(map(change, p.queues))) for p in fitted.ports)
    return Artifact(dialect.path("x"), dialect.render(replace(fitted, ports=ports)), "x", name, "x")


@pytest.mark.parametrize("name", sorted(DIALECTS))
def test_what_is_planned_is_plausible(name):
    assert config.implausible([written(name, lambda queue: queue)]) == ()


@pytest.mark.parametrize("name", sorted(DIALECTS))
def test_marks_that_end_before_they_begin_are_found(name):
    def swap(q):
        return replace(
            q, kmin_B=q.kmax_B, kmax_B=q.kmin_B, kmin_percent=q.kmax_percent, kmax_percent=q.kmin_percent
        )  # fmt: skip

    found = config.implausible([written(name, swap)])
    assert found and {f.code for f in found} == {"E928"}


@pytest.mark.parametrize("name", PERCENT)
def test_shares_above_the_whole_are_found(name):
    found = config.implausible([written(name, lambda q: replace(q, weight=q.weight and 90))])
    assert found and {f.code for f in found} == {"E929"}


@pytest.mark.parametrize("render", [haproxy.render, nginx.render])
def test_a_front_end_without_weights_is_found(render):
    drained = replace(TLS, servers=tuple(s._replace(weight=0) for s in TLS.servers))
    assert [f.code for f in config.implausible(render([drained]))] == ["E922"]
    assert config.implausible(render([TLS])) == ()
