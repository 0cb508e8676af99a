"""Recovery in proportion, by time, and of the tail, against the rules and figures of RFC 3042, 6937, 9937 and 8985."""

from __future__ import annotations

from collections import deque

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.kernel.test_packet import GB, Net, done, star

MS = 10**9
MSS = 1448
FORWARD_PS = 1_200_000 + MS  # 1,500 B at 10 Gb/s, and the way
BACK_PS = 51_200 + MS
RTO_PS = 200 * MS


def line(packets, **values):
    """A simulation of one flow over one link, and back over another."""
    net = Net([10 * GB, 10 * GB], [MS, MS], flows=[([0], [1], packets * MSS, 0)])
    made = net.simulation(values.pop("law", "newreno"), least_timeout_ps=RTO_PS, **values)
    made.probe(0, 0)
    return made


class Sender:
    """RFC 6675 and RFC 9937 in bytes, driven by acknowledgements; packets arrive in the order in which they leave."""

    def __init__(self, window, lost, prr):
        self.window, self.lost_puts, self.prr = window * MSS, lost, prr
        self.puts = self.una = self.next = 0
        self.flying, self.sacked, self.lost, self.again = deque(), set(), set(), set()
        self.recover, self.there = -1, 0
        self.fill(self.window)

    @property
    def pipe(self):
        gone = self.sacked | (self.lost - self.again)
        return MSS * (self.next - self.una - len(gone))

    def put(self, seq):
        self.puts += 1
        if self.puts not in self.lost_puts:
            self.flying.append(seq)

    def fill(self, cwnd):
        sent = []
        while cwnd - self.pipe >= MSS:
            waits = sorted(self.lost - self.again)
            sent.append("R" if waits else "N")
            if waits:
                self.again.add(waits[0])
            seq = waits[0] if waits else self.next
            self.next += not waits
            self.put(seq)
        return sent

    def forget(self):
        for each in (self.sacked, self.lost, self.again):
            each -= {seq for seq in each if seq < self.una}

    def acknowledged(self):
        """What is sent for the next acknowledgement."""
        seq, before = self.flying.popleft(), self.una
        self.sacked.add(seq)
        while self.una in self.sacked:
            self.una += 1
        known = len(self.sacked) - 1
        self.forget()
        high = max(self.sacked, default=self.una)
        new = {s for s in range(self.una, high) if s not in self.sacked and high - s >= 3} - self.lost
        self.lost |= new
        first = bool(new) and self.recover < 0
        if first:
            self.recover, self.ssthresh, self.delivered, self.out = self.next, self.window // 2, 0, 0
            self.flight = MSS * (self.next - before - known)
        if self.recover < 0:
            return self.fill(self.window)
        if self.una >= self.recover:
            return self.fill(self.ssthresh)
        if not self.prr:
            return self.fill(max(self.ssthresh, self.pipe + MSS if first else 0))
        return self.in_proportion(safe=self.una > before and not new)

    def in_proportion(self, safe):
        self.delivered += MSS
        if self.pipe > self.ssthresh:
            count = -(-self.delivered * self.ssthresh // self.flight) - self.out
            count = -(-count // MSS) * MSS  # whole segments
        else:
            count = min(self.ssthresh - self.pipe, max(self.delivered - self.out, MSS) + safe * MSS)
        if self.out == 0:
            count = max(count, MSS)
        sent = self.fill(self.pipe + count)
        self.out += MSS * len(sent)
        return sent


def traced(window, lost, prr, acks):
    """Packets in flight after each acknowledgement, and what was sent for it."""
    sender = Sender(window, lost, prr)
    steps = [(sender.acknowledged(), sender.pipe // MSS) for _ in range(acks)]
    return ["".join(sent) for sent, _ in steps], [pipe for _, pipe in steps]


def seen(window, first, every, prr, acks):
    made = line(1000, first_window=window, most_window=window, prr=prr)
    made.lose(0, first, every)
    done(made)
    return made.probed(0)["pipe"][:acks].tolist()


def test_the_figure_of_one_loss():
    """RFC 6937, section 3.1, a window of 20 whose first packet is lost: two new ones as RFC 3042 has it, and then every
    other acknowledgement sends one; without PRR nothing is sent for half of a round trip."""
    sent, pipe = traced(20, {1}, True, 15)
    assert sent == ["N", "N", "R", "", "N", "", "N", "", "N", "", "N", "", "N", "", "N"]
    assert seen(20, 1, 0, 1, 15) == pipe
    assert seen(20, 1, 0, 0, 19) == [20, 20, *range(19, 10, -1), *[10] * 8] == traced(20, {1}, False, 19)[1]


@given(st.integers(12, 60), st.integers(1, 12), st.integers(2, 20), st.booleans())
@settings(max_examples=150)
def test_what_is_in_flight_is_what_the_rules_say(window, first, every, prr):
    """Until a packet that was sent again is lost itself, or all that was lost is there."""
    losses = set(range(first, 10**4, every))
    sender, pipe = Sender(window, losses, prr), []
    while (sender.recover < 0 or sender.una < sender.recover) and len(sender.flying) > 1 and len(pipe) < 4 * window:
        puts = sender.puts
        sent = sender.acknowledged()
        if losses & {puts + 1 + k for k, what in enumerate(sent) if what == "R"}:
            break
        pipe.append(sender.pipe // MSS)
    got = seen(window, first, every, int(prr), len(pipe))
    assert got[: len(pipe) - 1] == pipe[:-1]


def test_a_recovery_in_proportion_ends_at_the_threshold():
    for window in (16, 20, 40, 100):
        made = line(2000, first_window=window, most_window=window, prr=1)
        made.lose(0, 1, 0)
        done(made)
        rows = made.probed(0)
        last = np.flatnonzero(rows["phase"] == 2)[-1]
        assert rows["pipe"][last] == window // 2 == int(rows["window"][last])
        fell = -np.diff(rows["pipe"][:last].astype(int))
        assert fell.max() == 1 and fell.min() >= -1


def test_limited_transmit():
    """RFC 3042: one new packet for each of the first two duplicates; a window of four recovers without a timeout."""
    for window in (4, 5, 8):
        made = line(100, law="fixed", first_window=window)
        made.lose(0, 1, 0)
        flows = done(made)
        assert flows["timeouts"][0] == 0 and flows["again"][0] == 1
        assert made.probed(0)["pipe"][:2].tolist() == [window, window]


@pytest.mark.parametrize("packets", [2, 5, 10, 40])
def test_the_last_packet_is_probed_after_two_round_trips(packets):
    """RFC 8985, section 7.2: PTO = 2 SRTT after the last acknowledgement."""
    made = line(packets, tail_probe=1, law="fixed", first_window=1e6)
    made.lose(0, packets, 0)
    flows, rows = done(made), made.probed(0)
    assert flows["timeouts"][0] == 0 and flows["again"][0] == 1
    at = packets - 2  # row of the last acknowledgement before
    assert flows["delivered_ps"][0] == rows["time_ps"][at] + 2 * rows["srtt_ps"][at] + FORWARD_PS
    plain = line(packets, law="fixed", first_window=1e6)
    plain.lose(0, packets, 0)
    assert done(plain)["delivered_ps"][0] > RTO_PS


@pytest.mark.parametrize("delay_ps", [5 * MS, 40 * MS])
def test_a_single_packet_in_flight_may_be_acknowledged_late(delay_ps):
    """Section 7.2: PTO = 2 SRTT and what an acknowledgement may wait."""
    made = line(9, tail_probe=1, law="fixed", first_window=2, acks_every=2, ack_delay_ps=delay_ps)
    made.lose(0, 9, 0)
    flows, rows = done(made), made.probed(0)
    assert flows["timeouts"][0] == 0 and flows["again"][0] == 1
    assert flows["delivered_ps"][0] == rows["time_ps"][3] + 2 * rows["srtt_ps"][3] + delay_ps + FORWARD_PS


def test_a_probe_waits_no_longer_than_a_timeout_would():
    made = line(1, tail_probe=1)
    made.lose(0, 1, 0)
    flows = done(made)
    assert flows["timeouts"][0] == 0 and flows["delivered_ps"][0] == RTO_PS + FORWARD_PS
    made = line(1, tail_probe=1)
    made.lose(0, 1, 10)
    assert done(made)["timeouts"][0] == 0
    lost_too = line(1, tail_probe=1)
    lost_too.lose(0, 1, 2)  # puts 1, 3, ...: the probe is there
    assert done(lost_too)["again"][0] == 1


def test_a_probe_is_new_where_there_is_something_new():
    """A window of one packet is exceeded by the probe, whose acknowledgement shows the loss at once (RACK)."""
    made = line(50, law="fixed", first_window=1, tail_probe=1, rack=1)
    made.lose(0, 20, 0)
    flows, rows = done(made), made.probed(0)
    assert flows["timeouts"][0] == 0 and flows["again"][0] == 1 and flows["sent"][0] == 51
    gaps = np.diff(rows["time_ps"])
    assert gaps[18] == 2 * rows["srtt_ps"][18] + FORWARD_PS + BACK_PS
    plain = line(50, law="fixed", first_window=1, tail_probe=1)
    plain.lose(0, 20, 0)
    assert done(plain)["timeouts"][0] == 1


@pytest.mark.parametrize("way", [0, 1])
def test_a_repaired_loss_is_answered_and_a_lost_acknowledgement_is_not(way):
    """Section 7.4: the receiver says what it had (RFC 2883); a loss halves the window once more is acknowledged."""
    made = line(60, tail_probe=1, ahead=1, first_window=30, most_window=30)
    made.lose(way, 20, 0)
    flows, rows = done(made), made.probed(0)
    assert flows["timeouts"][0] == 0 and flows["again"][0] == 1
    assert rows["window"][18] == 30
    assert (rows["window"][22:].max() < 20) == (way == 0)
    assert (rows["window"] == 30).all() == (way == 1)


def test_one_probe_at_a_time():
    """Section 7.3: none while another is on its way; then the timeout, doubled each time."""
    made = line(1, tail_probe=1)
    made.lose(0, 1, 2)
    done(made)
    net = Net([10 * GB, 10 * GB], [MS, MS], loss=[0.0, 1.0], flows=[([0], [1], MSS, 0)])
    deaf = net.simulation("newreno", least_timeout_ps=RTO_PS, tail_probe=1)
    deaf.run(RTO_PS * 9, 10**6)
    flows = deaf.flows()
    # A probe at 200 ms, timeouts at 400 and 800 ms, and the next at 1,600.
    assert flows["sent"][0] == 5 and flows["timeouts"][0] == 3


@pytest.mark.parametrize("behind", [1, 2])
def test_two_behind_are_enough_with_time(behind):
    """RFC 8985, section 6.2: overdue a quarter of the least round trip after a later one came."""
    packets = 30
    made = line(packets, rack=1, law="fixed", first_window=1e6)
    made.lose(0, packets - behind, 0)
    flows = done(made)
    trips = (packets * 1_200_000 + MS + BACK_PS, FORWARD_PS + BACK_PS)  # the last, and the shortest
    assert flows["timeouts"][0] == 0 and flows["again"][0] == 1
    assert flows["delivered_ps"][0] == trips[0] + trips[1] // 4 + FORWARD_PS
    plain = line(packets, law="fixed", first_window=1e6)
    plain.lose(0, packets - behind, 0)
    assert done(plain)["timeouts"][0] == 1


def test_three_behind_are_enough_at_once():
    a, b = (line(40, rack=rack, law="fixed", first_window=1e6) for rack in (0, 1))
    for made in (a, b):
        made.lose(0, 20, 0)
    assert (
        done(a)["delivered_ps"][0]
        == done(b)["delivered_ps"][0]
        == 23 * 1_200_000
        + MS
        + BACK_PS
        + max(FORWARD_PS, 40 * 1_200_000 - (23 * 1_200_000 + MS + BACK_PS) + FORWARD_PS)
    )


@given(
    st.sampled_from(["newreno", "cubic", "dctcp", "swift", "bbr3", "fixed"]), st.tuples(*[st.integers(0, 1)] * 4),
    st.integers(6, 60), st.sampled_from([0.0, 0.003, 0.03]), st.integers(1, 3), st.integers(0, 2**32),
)  # fmt: skip
@settings(max_examples=60)
def test_everything_arrives_whatever_is_dropped(law, options, limit, loss, every, seed):
    net = star(6, limit_B=limit * 1500, size_B=200_000, mark_B=(5 * 1500, 9 * 1500))
    net.loss = [loss] * len(net.rate_bps)
    names = dict(zip(("prr", "rack", "tail_probe", "frto"), options, strict=True))
    a, b = (net.simulation(law, shift=s, seed=seed, acks_every=every, ack_delay_ps=MS, **names) for s in (8, 14))
    flows, same = done(a), done(b)
    assert (flows["acknowledged_ps"] > 0).all() and a.open == 0
    assert (flows["sent"] == flows["packets"] + flows["again"]).all()
    assert all(np.array_equal(flows[name], same[name]) for name in flows)


def test_tails_of_an_incast_wait_for_no_timeout():
    """Sixty senders of twenty packets into a buffer of thirty."""
    net = star(60, limit_B=45_000, size_B=30_000)
    slow, fast = (
        done(net.simulation("cubic", least_timeout_ps=RTO_PS, prr=on, rack=on, tail_probe=on, frto=on)) for on in (0, 1)
    )
    assert fast["timeouts"].sum() < slow["timeouts"].sum() / 2


def test_selective_repeat_alone():
    with pytest.raises(ValueError, match="go_back with prr, rack, tail_probe or frto"):
        line(1, go_back=1, prr=1)
