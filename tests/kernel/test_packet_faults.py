"""Links that fail, recover, change their rate and lose bits: against fractions and counts, exact in picoseconds."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, expm1, log1p

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from easterly._kernel import packet

GB, NEVER, PACKET_B = 10**9, 2**62, 1500
DOWN, HOLD, UP, RATE, LOSS, BITS, AVOID, TRUST, TABLES = range(9)
LINE_PS = 120_000  # of a packet at 100 Gb/s


def faults(made, rows, tables=()):
    """Rows of (time, what, link, value); tables of {group: [(member, weight)]}."""
    at, what, link, value = zip(*rows, strict=True)
    table_ptr, group, ptr, member, weight = [0], [], [0], [], []
    for table in tables:
        for g, members in sorted(table.items()):
            group.append(g)
            member += [m for m, _ in members]
            weight += [w for _, w in members]
            ptr.append(len(member))
        table_ptr.append(len(group))
    made.faults(
        np.array(at, dtype=np.int64), np.array(what, dtype=np.int32), np.array(link, dtype=np.int32),
        np.array(value, dtype=np.float64), np.array(table_ptr), np.array(group, dtype=np.int32), np.array(ptr),
        np.array(member, dtype=np.int64), np.array(weight, dtype=np.float64),
    )  # fmt: skip


def chain(
    hops, packets, *, rate_bps=100 * GB, delay_ps=1_000_000, queues=False, loss=0.0, limit_B=-1, flows=1, **values
):
    """Flows over the same links, all packets at once; acknowledgements come back over links that nothing happens to."""
    links = 2 * hops
    law = {"first_window": 1e9, "nic_B": 10**12, "least_timeout_ps": 2**49, "duplicates": 2**20} | values
    name = law.pop("law", "fixed")
    loss_of = np.zeros(links)
    loss_of[hops - 1] = loss
    limit = np.full(links, -1)
    limit[hops - 1] = limit_B
    made = packet.Simulation(
        np.full(links, rate_bps), np.full(links, delay_ps), limit, np.full((links, 2), -1), np.ones(links), loss_of,
        np.array([*range(hops), -1, *range(hops, links), -1], dtype=np.int32), np.array([(0, hops + 1)] * flows),
        np.full(flows, packets * 1448), np.zeros(flows, dtype=np.int64), np.zeros(flows, dtype=np.int32),
        np.zeros(flows, dtype=np.int32), [packet.Law(name, law)], pause_reaction_ps=0, seed=1, shift=10,
    )  # fmt: skip
    if queues:
        n = np.arange(links, dtype=np.int32)
        none = np.full(links, -1, dtype=np.int32)
        room = np.full((links, 8), 2**40)
        made.queues(
            n, 0 * n, np.full((links, 8), 1500), np.zeros((links, 24)), 0 * n, room, none, none, none, none,
            np.roll(n, hops), [],
        )  # fmt: skip
    return made


def served_ps(size_B, start_ps, steps):
    """When so many bytes have left, at a rate that changes at given times: [(from, rate)]."""
    bits, at = Fraction(8 * size_B), Fraction(start_ps)
    for i, (since, rate) in enumerate(steps):
        end = Fraction(steps[i + 1][0]) if i + 1 < len(steps) else None
        at = max(at, Fraction(since))
        if end is not None and end <= at:
            continue
        need = bits * 10**12 / rate
        if end is None or at + need <= end:
            return at + need
        bits -= (end - at) * rate / 10**12
        at = end
    raise AssertionError


RATES = st.sampled_from([GB, 3 * GB, 7 * GB, 10 * GB, 25 * GB, 100 * GB, 400 * GB, 123_457_000, 9_999_999_999_000])


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 40), RATES, st.lists(st.tuples(st.integers(1, 40_000_000), RATES), max_size=4), st.booleans())
def test_what_waits_is_served_at_the_new_rate(packets, first_bps, changes, queues):
    """Every packet leaves when the integral of the rate says so, rounded up to a picosecond.

    What is left of a packet is rounded up once for each change; a second change at a slower rate makes more of that.
    """
    steps = [(0, first_bps), *sorted(changes)]
    off = sum(-(-rate // steps[-1][1]) for _, rate in steps[1:-1])
    made = chain(1, packets, rate_bps=first_bps, queues=queues)
    if changes:
        faults(made, [(at, RATE, 0, float(rate)) for at, rate in steps[1:]])
    made.run(NEVER, 10**9)
    last = served_ps(packets * PACKET_B, 0, steps)
    if not queues:
        assert 0 <= made.flows()["delivered_ps"][0] - (ceil(last) + 1_000_000) <= off
        return
    # Behind a port with queues a packet begins at a whole picosecond.
    assert (
        0
        <= made.flows()["delivered_ps"][0] - (ceil(last) + 1_000_000)
        <= off + packets * (max(r for _, r in steps) // steps[-1][1] + 1)
    )


@pytest.mark.parametrize("queues", [False, True])
def test_what_is_on_a_link_that_goes_down_is_lost(queues):
    down_ps, packets, delay_ps = 5_000_000, 100, 1_000_000
    made = chain(1, packets, queues=queues)
    faults(made, [(down_ps, DOWN, 0, 0.0)])
    made.run(10**9, 10**9)
    there = (down_ps - delay_ps) // LINE_PS
    assert made.flows()["received"][0] == there
    fate = made.fates()
    assert fate["cut"][0] == packets - there and fate["refused"].sum() == 0 and fate["of_flow"][0] == packets - there


@pytest.mark.parametrize("queues", [False, True])
@given(st.integers(1, 12_000_000), st.integers(1, 12_000_000))
@settings(max_examples=25, deadline=None)
def test_what_waits_is_held(queues, down_ps, outage_ps):
    packets, delay_ps = 100, 1_000_000
    made = chain(1, packets, queues=queues)
    faults(made, [(down_ps, HOLD, 0, 0.0), (down_ps + outage_ps, UP, 0, 0.0)])
    made.run(10**12, 10**9)
    there = min(max(down_ps - delay_ps, 0) // LINE_PS, packets)
    begun = min(-(-down_ps // LINE_PS), packets)
    lost = begun - there
    assert made.fates()["cut"][0] == lost
    if lost == 0:
        assert made.flows()["delivered_ps"][0] == max(packets * LINE_PS, 0) + delay_ps + (
            outage_ps if begun < packets else 0
        )
        return
    assert made.flows()["received"][0] == there  # the first that is missing
    left = packets - begun
    assert made.now_ps >= down_ps + outage_ps + left * LINE_PS + (delay_ps if left else 0)


@pytest.mark.parametrize("queues", [False, True])
def test_a_port_whose_link_is_down_refuses(queues):
    """What comes between failure and recovery is refused: the arrivals at the second link, counted."""
    packets, down_ps, up_ps = 200, 7_000_000, 15_500_000
    made = chain(2, packets, queues=queues)
    faults(made, [(down_ps, DOWN, 1, 0.0), (up_ps, UP, 1, 0.0)])
    made.run(10**12, 10**9)
    comes = (np.arange(packets) + 1) * LINE_PS + 1_000_000
    refused = ((comes >= down_ps) & (comes < up_ps)).sum()
    leaves = comes + LINE_PS + 1_000_000
    cut = ((comes < down_ps) & (leaves > down_ps)).sum()
    fate = made.fates()
    assert (fate["refused"][1], fate["cut"][1]) == (refused, cut)
    assert made.links()["sent_B"][1] == (packets - refused) * PACKET_B


def test_everything_is_sent_again_after_a_failure():
    for queues in (False, True):
        for what in (DOWN, HOLD):
            made = chain(3, 300, queues=queues, law="newreno", first_window=30, duplicates=3, least_timeout_ps=GB)
            faults(made, [(8_000_000, what, 1, 0.0), (60_000_000, UP, 1, 0.0)])
            assert not made.run(NEVER, 10**9)
            flows, fate = made.flows(), made.fates()
            assert flows["acknowledged_ps"][0] > 60_000_000 and made.open == 0
            gone = fate["cut"].sum() + fate["refused"].sum() + made.links()["drops"].sum()
            assert gone > 0 and flows["again"][0] >= gone - 1  # an acknowledgement may be among them


def test_flapping_ends():
    rows = [(at, DOWN if i % 2 == 0 else UP, 1, 0.0) for i, at in enumerate(range(1_000_000, 90_000_000, 1_500_000))]
    made = chain(2, 400, law="cubic", first_window=10, duplicates=3, least_timeout_ps=10**8)
    faults(made, rows)
    assert not made.run(NEVER, 10**9) and made.open == 0
    assert made.fates()["refused"][1] > 0


@pytest.mark.parametrize(("what", "value"), [(LOSS, 0.02), (BITS, 3e-6), (BITS, 0.01), (BITS, 1e-9)])
def test_losses_and_bit_errors_are_binomial(what, value):
    packets = 40_000 if value > 1e-6 else 200_000
    made = chain(1, packets)
    faults(made, [(0, what, 0, value)])
    made.run(10**12, 10**9)
    share = value if what == LOSS else -expm1(8 * PACKET_B * log1p(-value))
    lost = made.fates()["lost"][0]
    assert lost == made.lost
    assert abs(lost - packets * share) <= 4 * np.sqrt(packets * share * (1 - share)) + 1e-9
    assert (lost > 0) == (packets * share > 1) or packets * share < 5


def test_errors_begin_and_end():
    made = chain(1, 1000)
    faults(made, [(12_000_000, BITS, 0, 1.0), (24_000_000, BITS, 0, 0.0)])
    made.run(10**12, 10**9)
    # Whether a packet is lost is drawn when it joins the queue: all of these joined at once.
    assert made.fates()["lost"][0] == 0
    paced = chain(2, 1000)
    faults(paced, [(12_000_000, BITS, 1, 1.0), (24_000_000, BITS, 1, 0.0)])
    paced.run(10**12, 10**9)
    comes = (np.arange(1000) + 1) * LINE_PS + 1_000_000
    assert paced.fates()["lost"][1] == ((comes >= 12_000_000) & (comes < 24_000_000)).sum()


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 11_000_000), RATES)
def test_losses_do_not_disturb_a_change_of_rate(at_ps, rate):
    """What is lost on the link has been sent all the same: the last packet leaves when all bytes have."""
    made = chain(1, 100, loss=0.3)
    faults(made, [(at_ps, RATE, 0, float(rate))])
    made.run(10**12, 10**9)
    last = ceil(served_ps(100 * PACKET_B, 0, [(0, 100 * GB), (at_ps, rate)])) + 1_000_000
    ends = {ceil(served_ps(k * PACKET_B, 0, [(0, 100 * GB), (at_ps, rate)])) + 1_000_000 for k in range(1, 101)}
    assert made.fates()["lost"][0] > 0
    flows = made.flows()
    assert flows["delivered_ps"][0] in (-1, last)
    if rate <= 100 * GB:  # acknowledgements never wait: the last event is an arrival, of a packet or of one of them
        assert made.now_ps in ends or made.now_ps - (64 * 80 + 1_000_000) in ends


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([(5, DOWN, 0, 0.0), (4, UP, 0, 0.0)], "before the one above"),
        ([(5, DOWN, 2, 0.0)], "link is 2"),
        ([(5, 9, 0, 0.0)], "what is 9"),
        ([(5, RATE, 0, 1500.0)], "multiple of 1000"),
        ([(5, BITS, 0, 1.5)], "value is 1.5"),
        ([(5, AVOID, 0, 0.0)], "there are no choices"),
        ([(-1, DOWN, 0, 0.0)], "at_ps is -1"),
    ],
)
def test_what_makes_no_sense_is_refused(rows, said):
    with pytest.raises(ValueError, match=said):
        faults(chain(1, 1), rows)


def test_a_simulation_that_has_begun():
    made = chain(1, 1)
    made.run(NEVER, 10)
    with pytest.raises(ValueError, match="has begun"):
        faults(made, [(5, DOWN, 0, 0.0)])


def fork(
    flows, packets, *, seeds=(1,), members=2, resilient=0, modulo=0, pick=0, gap_ps=0, rate_bps=100 * GB, watched=True
):
    """Hosts with a link each to a switch that has several to another: links 0 .. members - 1, then one up per flow."""
    links = members + 2 * flows + 1
    route, path = [], []
    for f in range(flows):
        path.append((len(route), len(route) + 4))
        route += [members + f, -2, members + flows, -1, members + flows + 1 + f, -1]
    first = len(route)
    for link in range(members):
        route += [link, -3]
    route.append(-1)
    rate = np.full(links, rate_bps)
    rate[members + flows] = 10_000 * GB
    law = {"first_window": 1e9, "nic_B": 10**12, "least_timeout_ps": 2**49, "duplicates": 2**20}
    made = packet.Simulation(
        rate, np.full(links, 1_000_000), np.full(links, -1), np.full((links, 2), -1), np.ones(links), np.zeros(links),
        np.array(route, dtype=np.int32), np.array(path), np.full(flows, packets * 1448),
        np.zeros(flows, dtype=np.int64), np.zeros(flows, dtype=np.int32), np.zeros(flows, dtype=np.int32),
        [packet.Law("fixed", law)], pause_reaction_ps=0, seed=1, shift=10,
    )  # fmt: skip
    name = np.zeros((flows, 2), dtype=np.uint64)
    name[:, 0] = np.arange(flows)
    ints = {"pick": [pick, 7], "modulo": [modulo, 0], "added": [0, 0], "resilient": [resilient, 0], "bits": [64, 64]}
    made.choices(
        np.array([0, members, members]), first + 2 * np.arange(members), np.ones(members), np.array([0, 1], np.int32),
        np.zeros(2, np.int32), **{key: np.array(value, np.int32) for key, value in ints.items()},
        seed=np.array([*seeds, 0], np.uint64), gap_ps=np.array([gap_ps, 0]), name=name, watched=watched,
    )  # fmt: skip
    return made, first


@settings(max_examples=15, deadline=None)
@given(st.integers(1_500_000, 20_000_000), st.integers(0, 9_000_000))
def test_the_gap_is_the_delay_of_detection(down_ps, detection_ps):
    """From failure to detection every packet that comes is refused, and from then on none: counted by arrivals."""
    made, _ = fork(1, 400)
    taken = made_of(400)
    faults(made, [(down_ps, DOWN, taken, 0.0), (down_ps + detection_ps, AVOID, taken, 0.0)])
    made.run(10**12, 10**9)
    comes = (np.arange(400) + 1) * LINE_PS + 1_000_000
    refused = ((comes >= down_ps) & (comes < down_ps + detection_ps)).sum()
    fate, sent = made.fates(), made.links()["sent_B"] // PACKET_B
    assert fate["refused"][taken] == refused and fate["refused"].sum() == refused
    assert sent[taken] == (comes < down_ps).sum() and sent[1 - taken] == (comes >= down_ps + detection_ps).sum()
    assert made.picks()["changes"][0] == (1 if sent[taken] + refused > 0 and sent[1 - taken] > 0 else 0)


def made_of(packets):
    """The member that the hash of the flow names."""
    made, _ = fork(1, packets)
    made.run(10**12, 10**9)
    return int(made.links()["sent_B"][:2].argmax())


@pytest.mark.parametrize(("resilient", "modulo"), [(0, 0), (0, 1), (1, 0), (1, 1)])
def test_only_flows_of_the_failed_member_move(resilient, modulo):
    """Of 4 members one fails: resilient hashing moves a quarter of the flows, regions a third, remainders 3/4.

    Regions of a third instead of a quarter: the first member keeps its quarter, the second a sixth, the last its own
    (RFC 2992). When the member is back, so are all flows.
    """
    flows, members, gone, known_ps, back_ps = 800, 4, 2, 40_000_000, 80_000_000
    made, _ = fork(flows, 1000, members=members, resilient=resilient, modulo=modulo)
    faults(made, [(known_ps, AVOID, gone, 0.0), (back_ps, TRUST, gone, 0.0)])
    made.run(known_ps - 1, 10**9)
    before = made.links()["sent_B"][:members].copy()
    made.run(back_ps - 1, 10**9)
    moved = (made.picks()["changes"] > 0).mean()
    assert moved == pytest.approx(1 / 4 if resilient else (3 / 4 if modulo else 1 / 3), abs=0.05)
    made.run(back_ps + 30_000_000, 10**9)
    after = made.picks()["changes"]
    assert set(after.tolist()) == {0, 2} and (after > 0).mean() == moved
    assert (before > 0).all()


def test_new_tables_from_a_time_on():
    """At one time the group gets other members, at another other weights: shares follow."""
    flows = 2000
    made, first = fork(flows, 60, members=3)
    both = {0: [(first, 1.0), (first + 2, 1.0)]}
    last = {0: [(first + 4, 1.0)]}
    faults(made, [(3_000_000, TABLES, 0, 0.0), (5_000_000, TABLES, 1, 0.0)], [both, last])
    made.run(2_999_999, 10**9)
    one = made.picks()["picked"].copy()
    made.run(4_999_999, 10**9)
    two = made.picks()["picked"].copy()
    made.run(10**12, 10**9)
    three = made.picks()["picked"]
    assert one[:3] / one[:3].sum() == pytest.approx([1 / 3] * 3, abs=0.04)
    assert (two - one)[:2] / (two - one).sum() == pytest.approx([1 / 2] * 2, abs=0.04)
    assert (three - two)[0] == (three - two).sum() > 0


def test_without_a_way_packets_are_lost_and_counted():
    made, _ = fork(3, 50)
    faults(made, [(1_500_000, AVOID, 0, 0.0), (2_500_000, AVOID, 1, 0.0), (4_000_000, TRUST, 1, 0.0)])
    made.run(10**12, 10**9)
    comes = np.repeat((np.arange(50) + 1) * LINE_PS + 1_000_000, 3)
    assert made.without_way == ((comes >= 2_500_000) & (comes < 4_000_000)).sum()
    with pytest.raises(ValueError, match="lead in a circle"):
        faults(fork(1, 1)[0], [(5, TABLES, 0, 0.0)], [{0: [(1, 1.0)]}])
    with pytest.raises(ValueError, match="the end of a table"):
        other, place = fork(1, 1)
        faults(other, [(5, TABLES, 0, 0.0)], [{1: [(place, 1.0)]}])


@pytest.mark.parametrize("pick", [1, 2, 3, 4, 5, 6])
def test_no_pick_takes_what_is_known_to_be_down(pick):
    made, _ = fork(5, 300, members=4, pick=pick, gap_ps=50_000 if pick == 1 else 0)
    faults(made, [(0, AVOID, 1, 0.0), (9_000_000, AVOID, 3, 0.0), (20_000_000, TRUST, 1, 0.0)])
    made.run(9_000_000, 10**9)
    early = made.links()["sent_B"][:4].copy()
    made.run(19_999_999, 10**9)
    middle = made.links()["sent_B"][:4] - early
    made.run(10**12, 10**9)
    late = made.links()["sent_B"][:4] - early - middle
    assert early[1] == 0 < early[[0, 2, 3]].min() and middle[[1, 3]].sum() == 0 < middle[[0, 2]].min()
    assert late[3] == 0 < late[[0, 1, 2]].min()
