"""Runs side by side, intervals of what they find, and what runs cost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import types
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats
from tests.predict.test_packet import along, line

from easterly.base.columns import floats, ints
from easterly.model.packets import PacketMessages
from easterly.predict.intervals import student
from easterly.predict.packet import estimate, expected_hops, interval, simulate, simulate_many, transport

DCTCP = transport("dctcp")


def lossy(size_B=100_000, flows=6):
    """Flows over two links, of which one loses packets."""
    return replace(line([100e9] * 2, [1e-6] * 2), loss=floats([0.01, 0.0, 0.0, 0.0])), along(2, [size_B] * flows)


def same(a, b):
    return all(np.array_equal(getattr(a, name), getattr(b, name)) for name in a.__slots__)


@pytest.mark.no_cover
def test_the_same_whatever_the_number_of_workers():
    ports, flows = lossy()
    seeds = [5, 1, 9]
    alone = simulate_many(ports, flows, DCTCP, seeds=seeds)
    assert same(alone, simulate_many(ports, flows, DCTCP, seeds=seeds, workers=2))
    assert same(alone, simulate_many(ports, flows, DCTCP, seeds=iter(seeds), workers=3))
    for row, seed in enumerate(seeds):
        assert np.array_equal(alone.fct_s[row], simulate(ports, flows, DCTCP, seed=seed).fct_s)
    assert len({tuple(row) for row in alone.fct_s.tolist()}) == 3
    assert alone.quantile_s(1.0).tolist() == alone.fct_s.max(axis=1).tolist()


def test_on_ray(monkeypatch):
    ports, flows = lossy()
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(ModuleNotFoundError, match="pip install ray"):
        simulate_many(ports, flows, DCTCP, seeds=[1], on="ray")
    like = types.SimpleNamespace(
        remote=lambda work: types.SimpleNamespace(remote=lambda each: lambda: work(each)),
        get=lambda promised: [each() for each in promised],
    )
    monkeypatch.setitem(sys.modules, "ray", like)
    by_ray = simulate_many(ports, flows, DCTCP, seeds=[1, 2], on="ray")
    assert same(by_ray, simulate_many(ports, flows, DCTCP, seeds=[1, 2]))


def test_no_seed_and_no_worker():
    for given in ({"seeds": []}, {"seeds": [1], "workers": 0}):
        with pytest.raises(ValueError, match="at least one of each"):
            simulate_many(*lossy(), DCTCP, **given)


@pytest.mark.parametrize("freedom", [1, 2, 3, 4, 7, 10, 29, 30, 200])
@pytest.mark.parametrize("level", [0.5, 0.9, 0.95, 0.999])
def test_students_law(freedom, level):
    assert student(freedom, level) == pytest.approx(stats.t.ppf((1 + level) / 2, freedom), rel=1e-9)


@pytest.mark.no_cover
def test_intervals_hold_the_mean_as_often_as_they_say():
    draws = np.random.default_rng(7).normal(3.0, 2.0, (4000, 5))
    made = [interval(row, 0.9) for row in draws]
    assert abs(np.mean([each.low <= 3.0 <= each.high for each in made]) - 0.9) < 4 * np.sqrt(0.09 / 4000)
    assert interval(np.array([4.0])).half == np.inf
    for values, level in (([], 0.9), ([1.0], 1.0)):
        with pytest.raises(ValueError, match="some values"):
            interval(np.array(values), level)


def test_hops_are_foreseen_exactly_where_nothing_is_lost():
    ports, flows = lossy(1_000_003)
    clean = replace(ports, loss=floats(np.zeros(4)))
    found = simulate(clean, flows, DCTCP)
    assert expected_hops(flows, DCTCP) == found.packet_hops
    _, two = lossy(0, 2)
    none = floats(np.zeros(3))
    messages = PacketMessages(
        ints([0, 1, -1]),
        np.array([5_000, 1_448, 0]),
        none,
        none,
        floats([0, 0, 1e-6]),
        np.zeros(4, dtype=int),
        ints([]),
    )
    talked = simulate(clean, two, DCTCP, messages=messages)
    assert expected_hops(two, DCTCP, messages) == talked.packet_hops == 5 * 4


def test_what_a_run_will_cost():
    ports, flows = lossy(10**6)
    short = estimate(ports, flows, DCTCP)
    assert short.complete and short.packet_hops == simulate(ports, flows, DCTCP).packet_hops and short.seconds < 5
    long = estimate(
        replace(ports, loss=floats(np.zeros(4))), replace(flows, size_B=np.full(6, 10**10)), DCTCP, slice_s=0.1
    )
    assert not long.complete and long.packet_hops == expected_hops(replace(flows, size_B=np.full(6, 10**10)), DCTCP)
    assert long.seconds == pytest.approx(long.packet_hops / long.rate) and long.rate > 1e5


RUN = """
from easterly.app.cli import main
import sys
sys.argv = "easterly calc incast --workers 60 --bytes 2GB --rate 100Gb/s --transport dctcp".split()
print("ready", flush=True)
main()
"""


@pytest.mark.no_cover
def test_ctrl_c_keeps_what_is_done():
    process = subprocess.Popen([sys.executable, "-c", RUN], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "ready\n"
    time.sleep(3.0)  # it takes tens of seconds in all
    os.kill(process.pid, signal.SIGINT)
    said, wrong = process.communicate(timeout=60)
    assert "stopped after" in said and "packet-hops" in said and "Traceback" not in wrong
