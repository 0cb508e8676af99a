"""A run that is cut and goes on, in another process, ends as one that was not; bytes that are wrong are refused."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.kernel.test_packet import NEVER, chain, star
from tests.kernel.test_packet_colours import wred
from tests.kernel.test_packet_faults import AVOID, TRUST, faults, fork
from tests.kernel.test_packet_messages import give
from tests.kernel.test_packet_queues import classes, queues
from tests.kernel.test_packet_record import lossy, record
from tests.kernel.test_packet_stations import MANAGERS, SCHEDULERS, arrivals, port
from tests.predict.test_packet import along, line

from easterly._kernel import meter
from easterly.base.columns import floats
from easterly.model.packet_records import Recording
from easterly.predict.packet import simulate, transport

LAWS = ["newreno", "cubic", "dctcp", "dcqcn", "swift", "bbr", "bbr3", "timely", "hpcc"]


def end(simulation):
    while simulation.run(NEVER, 100_000):
        pass
    return {name: value.tolist() for of in (simulation.flows(), simulation.links()) for name, value in of.items()} | {
        "end": (simulation.now_ps, simulation.hops, simulation.events, simulation.notifications, simulation.lost)
    }


def laws(law):
    net = star(6, limit_B=20 * 1500, mark_B=(8 * 1500, 16 * 1500), size_B=150_000)
    net.loss = [0.004] * len(net.rate_bps)
    return net.simulation(law)


def lossless():
    net = star(6, size_B=150_000)
    return queues(
        classes(net, [f % 3 for f in range(6)], "dcqcn"), 6, lossless=(0, 1, 2), headroom_B=60_000, shared_B=100_000,
        ramp=(5_000, 20_000, 0.5),
    )  # fmt: skip


def stationed(*, scheduler=None, manager=None):
    time, of_class, size = arrivals(11, count=2500, sizes=(64, 1500))
    if manager is not None:
        of_class[:] = 5
    made = port(time, of_class, size)
    if scheduler is not None:
        make, queue = SCHEDULERS[scheduler]
        made.schedule(0, make(), queue)
    if manager is not None:
        made.manage(0, 5, MANAGERS[manager]())
    return made


def coloured():
    """Markers of a class that is managed by colour."""
    time, of_class, size = arrivals(11, count=2500, sizes=(64, 1500))
    of_class[:] = 5
    made = port(time, of_class, size)
    made.colour(0, 5, meter.TwoRate(10**9, 20_000, 4 * 10**9, 40_000, 10**12, 0), True)
    made.manage(0, 5, wred())
    return made


def connected():
    """Messages that wait for each other, on lossy connections."""
    net, there, back = chain(2)
    net.loss = [0.01] * 4
    net.flows = [(there, back, 0, 0), (there, back, 0, 0)]
    first = [(0, 60_000, 0, 0, 0, []), (1, 90_000, 0, 0, 0, []), (-1, 0, 0, 0, 5_000_000, [0, 1])]
    return give(net.simulation("newreno"), [*first, (0, 80_000, 0, 0, 0, [2]), (1, 70_000, 0, 0, 0, [2])])


def steered():
    """Choices for each stretch of a flow, and a link that is known to be down from a time on."""
    made, _ = fork(6, 150, pick=2, gap_ps=500_000)
    faults(made, [(4_000_000, AVOID, 0, 0.0), (9_000_000, TRUST, 0, 0.0)])
    return made


MAKERS = {law: lambda law=law: laws(law) for law in LAWS} | {
    "queues": lambda: lossy(True), "lossless": lossless,
    "recorded": lambda: record(lossy(True), 14, every_ps=500_000, watch=3), "messages": connected, "choices": steered,
    "coloured": coloured,
    **{f"scheduler {name}": lambda name=name: stationed(scheduler=name) for name in SCHEDULERS},
    **{f"manager {name}": lambda name=name: stationed(manager=name) for name in MANAGERS},
}  # fmt: skip


@pytest.mark.parametrize("name", MAKERS)
@pytest.mark.parametrize("events", [0, 1, 700, 3001])
def test_what_goes_on_ends_the_same(name, events):
    whole, cut, going_on = MAKERS[name](), MAKERS[name](), MAKERS[name]()
    if events:
        cut.run(NEVER, events)
    going_on.restore(cut.save())
    assert (going_on.now_ps, going_on.events) == (cut.now_ps, cut.events)
    assert end(going_on) == end(whole) == end(cut)
    if name == "recorded":
        got = {n: np.concatenate([v]) for n, v in going_on.samples().items()}
        assert all(np.array_equal(v, got[n]) for n, v in cut.samples().items())
        assert all(np.array_equal(v, going_on.depths()[n]) for n, v in cut.depths().items())


@pytest.fixture(scope="module")
def state():
    made = lossy(True)
    made.run(NEVER, 2000)
    return made.save()


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_damaged_bytes_are_refused(state, data):
    kind = data.draw(st.sampled_from(["flip", "cut", "more", "noise"]))
    if kind == "flip":
        at = data.draw(st.integers(0, len(state) - 1))
        wrong = state[:at] + bytes([state[at] ^ data.draw(st.integers(1, 255))]) + state[at + 1 :]
    elif kind == "cut":
        wrong = state[: data.draw(st.integers(0, len(state) - 1))]
    elif kind == "more":
        wrong = state + data.draw(st.binary(min_size=1, max_size=50))
    else:
        wrong = data.draw(st.binary(max_size=200))
    made = TARGET
    with pytest.raises(ValueError, match="checkpoint"):
        made.restore(wrong)


class Target:
    """One that is made anew each time, as a simulation that has begun takes no state."""

    def restore(self, data):
        lossy(True).restore(data)


TARGET = Target()


def test_a_state_of_something_else_is_refused(state):
    with pytest.raises(ValueError, match=r"of another input|of other"):
        laws("dctcp").restore(state)
    begun = lossy(True)
    begun.run(NEVER, 1)
    with pytest.raises(ValueError, match="has begun"):
        begun.restore(state)


def test_a_refused_state_leaves_the_simulation_as_it_was(state):
    made, plain = lossy(True), lossy(True)
    with pytest.raises(ValueError, match="damaged"):
        made.restore(state[:-1] + bytes([state[-1] ^ 1]))
    assert end(made) == end(plain)


def big(size_B=3 * 10**7, flows=4):
    """Flows over two links, of which one loses packets."""
    return replace(line([100e9] * 2, [1e-6] * 2), loss=floats([0.001, 0.0, 0.0, 0.0])), along(2, [size_B] * flows)


DCTCP = transport("dctcp")


def same(a, b):
    names = ("fct_s", "again", "marked", "timeouts", "sent_B", "drops", "end_s", "packet_hops", "events")
    return all(np.array_equal(getattr(a, name), getattr(b, name)) for name in names)


def test_stopping_and_going_on(tmp_path):
    ports, flows = big(3 * 10**8)
    path = tmp_path / "run.keep"
    whole = simulate(ports, flows, DCTCP)
    stops = 0
    while True:
        found = simulate(ports, flows, DCTCP, checkpoint=path, progress=lambda now_s, left, hops: False)
        if found.complete:
            break
        stops += 1
        assert path.exists() and not list(tmp_path.glob("*.part"))
    assert stops >= 1 and same(found, whole) and not path.exists()


def test_a_checkpoint_of_another_run_is_refused(tmp_path):
    ports, flows = big(10**8)
    path = tmp_path / "run.keep"
    assert not simulate(ports, flows, DCTCP, until_s=1e-3, checkpoint=path).complete
    with pytest.raises(ValueError, match="of another run"):
        simulate(ports, flows, DCTCP, seed=2, checkpoint=path)
    with pytest.raises(ValueError, match="of another run"):
        simulate(ports, flows, replace(DCTCP, g=0.1), checkpoint=path)
    data = path.read_bytes()
    path.write_bytes(data[:-1])
    with pytest.raises(ValueError, match="cut off"):
        simulate(ports, flows, DCTCP, checkpoint=path)
    path.write_bytes(b"something else")
    with pytest.raises(ValueError, match="is no checkpoint"):
        simulate(ports, flows, DCTCP, checkpoint=path)
    with pytest.raises(ValueError, match="needs a sink"):
        simulate(ports, flows, DCTCP, checkpoint=tmp_path / "x", recording=Recording(every_s=1e-6))
    path.write_bytes(data)
    assert same(simulate(ports, flows, DCTCP, checkpoint=path), simulate(ports, flows, DCTCP))


RUN = """
import pickle, sys
from pathlib import Path
from tests.predict.test_packet_checkpoint import DCTCP, big
from easterly.predict.packet import checkpoint, simulate
checkpoint.Keeper.__init__.__defaults__ = (1 << 21,)
print("ready", flush=True)
found = simulate(*big(10**9), DCTCP, checkpoint=Path(sys.argv[1]))
Path(sys.argv[2]).write_bytes(pickle.dumps([found.fct_s, found.again, found.sent_B, found.events]))
"""


@pytest.mark.no_cover
def test_killed_and_gone_on_in_another_process(tmp_path):
    path, out = tmp_path / "run.keep", tmp_path / "out"
    command = [sys.executable, "-c", RUN, str(path), str(out)]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    process = subprocess.Popen(command, env=env, stdout=subprocess.PIPE)
    until = time.monotonic() + 60
    while not path.exists() and time.monotonic() < until:
        assert process.poll() is None
        time.sleep(0.002)
    os.kill(process.pid, signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL and path.exists() and not out.exists()
    process.stdout.close()
    subprocess.run(command, env=env, check=True, capture_output=True)
    fct_s, again, sent_B, events = pickle.loads(out.read_bytes())
    whole = simulate(*big(10**9), DCTCP)
    assert np.array_equal(fct_s, whole.fct_s) and np.array_equal(again, whole.again)
    assert np.array_equal(sent_B, whole.sent_B) and events == whole.events and not path.exists()


def test_an_idle_path_can_be_kept():
    net, there, back = chain(2)
    net.flows = [(there, back, 1448, 0)]
    first, second = net.simulation(), net.simulation()
    second.restore(first.save())
    assert end(first) == end(second)
