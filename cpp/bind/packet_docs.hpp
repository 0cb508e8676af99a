// Texts of the room of packets.
#pragma once

namespace easterly::bind {

constexpr const char* kLaw = R"(How a sender answers what the network tells it.

Parameters
----------
name : str
    "fixed" (a window that stays), "newreno" (RFC 5681), "cubic" (RFC 9438), "dctcp" (RFC 8257), "dcqcn" (Zhu et al. 2015),
    "timely" (Mittal et al. 2015), "hpcc" (Li et al. 2019), "bbr" (Cardwell et al. 2016), "bbr3" (draft-ietf-ccwg-bbr),
    "swift" (Kumar et al. 2020) or "open" (a source that is not told anything).
values : dict of str to float
    Numbers by name; those that are not given keep their defaults:

    packet_B, header_B, ack_B [B]
        Of a full data packet, of its header, of an acknowledgement.
    nic_B [B]
        What a flow may have waiting in its NIC.
    least_timeout_ps [ps], duplicates [1]
        Shortest timeout; packets that have overtaken one before it counts as lost.
    first_window, most_window [packets]
    g [1]
        DCTCP: weight of one window in the mean share of marks.
    cubic_C, cubic_beta [1], fast_convergence [0 or 1]
    acks_every [packets], ack_delay_ps [ps]
        Packets that one acknowledgement may stand for, and how long the first of them waits.
    host_ps [ps]
        What the receiving host takes for a packet, one after the other.
    ahead [packets]
        How far the receiver lets a sender be ahead of what is there.
    pacing [1]
        Windows that leave per round trip, evenly, and twice as much in slow start; 0: at once.
    counts_acks, classic_ecn [0 or 1]
        Windows grow by acknowledgements, not by what they acknowledge; marks count as losses (RFC 3168).
    swift_base_ps, swift_hop_ps, swift_range_ps, swift_endpoint_ps [ps], swift_range_from, swift_range_to [packets]
        Target of the delay: of all paths, for each link, most for small windows, between these windows; of the host.
    swift_add [packets], swift_beta, swift_most_cut [1], swift_least_window [packets], swift_resets [1]
    bbr_rtt_for_ps, bbr_probe_rtt_ps [ps], bbr_quantum_B [B]
        For so long the least round trip holds; then few packets are in flight; most that leaves at once.
    bbr_loss_part, bbr_beta, bbr_headroom, bbr_ecn_gain, bbr_ecn_factor, bbr_ecn_part [1]
    bbr_ecn_below_ps, bbr_probe_from_ps, bbr_probe_more_ps [ps]
        Version 3: part of what is in flight whose loss is too much, what is left after it, part left to others; weight of
        a round in the share of marks, how much of that shrinks the bound, share that is too much, longest round trip on
        which marks count; time between two probes, and its random part.
    dcqcn_g [1], fast_steps [1], counter_B [B], additive_bps, hyper_bps, least_bps [bit/s]
    alpha_timer_ps, rate_timer_ps, gap_ps, reaction_ps [ps]
        DCQCN: timers of alpha and of the rate, least time between notifications, and what the NIC of the receiver
        needs for one.
    cnp_class, ack_class [1]
        Traffic class of notifications and of acknowledgements; -1: that of the flow.
    decrease_ps [ps], clamp_target [0 or 1]
        DCQCN as HPCC's simulator has it: marks come with acknowledgements, and so often the rate is cut for them; whether
        a cut lowers the target where nothing has risen since the last. 0: notifications, as published.
    timely_alpha, timely_beta [1], timely_add_bps, timely_least_bps [bit/s], timely_low_ps, timely_high_ps,
    timely_least_rtt_ps, timely_reference_ps, timely_gap_ps [ps], timely_haste_after, timely_haste, timely_first_share [1],
    timely_burst_B [B], timely_at_once, timely_patched [0 or 1]
        TIMELY: weights, steps and thresholds; the burst that is answered once, how long
        no other is answered then, and whether it leaves as one.
    hpcc_target, hpcc_most_stages, hpcc_flows [1], hpcc_add_B, hpcc_least_B, hpcc_link_B [B], hpcc_base_ps [ps]
        HPCC: use of the busiest link, additive steps in a row, flows that share what is spared, or what is added instead;
        what a link adds to a packet; round trip of an idle network, 0: that of the path.
    ideal_acks [0 or 1]
        What comes back takes the time of an idle path, and no room on it.
    go_back [0 or 1], ask_again_ps [ps]
        Go-back-N instead of selective repeat; the receiver asks for the same packet again no earlier than that.
    prr, rack, tail_probe, frto [0 or 1]
        Selective repeat: recovery in proportion to what arrives (RFC 9937); losses known by the time at which packets
        left, with a tolerance that duplicates widen; a probe of what is last (RFC 8985); timeouts that were too early are
        found out and undone (RFC 5682).
    delays [1]
        Of packets: 0 none, 1 their moments, 2 a histogram as well.
    source_bps [bit/s], gaps, lengths, phases, small_B [B], small_share, on_ps, off_ps [ps], shape
        Open loop: its rate while it is on, headers included; gaps 0 constant, 1 exponential (Poisson); lengths of
        packets 0 packet_B, 1 exponential with that mean, 2 small_B with probability small_share, else packet_B; means
        of the phases, and their law: 0 fixed, 1 exponential, 2 Pareto with that shape.

Raises
------
ValueError
    A name that is none, or a number out of its range.)";

constexpr const char* kSimulation = R"(A network of links, and flows of packets over it. Time is in integer picoseconds.

Parameters
----------
rate_bps : (L,) int64 [bit/s]
    Multiples of 1,000 from 1,000 to 10 Tb/s.
delay_ps : (L,) int64 [ps]
    From the last bit on the link to the first decision behind it.
limit_B : (L,) int64 [B]
    Most that waits before the link, the packet itself included; -1: no limit.
mark_B : (L, 2) int64 [B]
    Backlogs from which packets may be marked, and from which all are; -1: never.
mark_most : (L,) float64 [1]
    Probability of a mark just below the second.
loss : (L,) float64 [1]
    Probability that a packet is lost on the link.
route : (R,) int32
    Links of all paths, one path after the other, each followed by -1; below -1 where there are `choices`.
path : (F, 2) int64
    Where the path of each flow begins in `route`, and that of its acknowledgements.
size_B, start_ps : (F,) int64
    Data of each flow, and when it begins; of size 0 are those that messages are given to.
law, traffic_class : (F,) int32
laws : list of Law
pause_reaction_ps : int [ps]
    From a pause frame to when it holds.
seed : int
shift : int
    Slots of the event list last 2^shift ps; changes nothing but the speed.

Raises
------
ValueError
    Lengths that do not fit, or a number out of its range.)";

constexpr const char* kRun = R"(Runs on.

Parameters
----------
until_ps : int [ps]
most : int
    Events after which to come back.

Returns
-------
bool
    Whether anything is left to happen.

Raises
------
RuntimeError
    More than 2^24 packets in flight.)";

constexpr const char* kWays = R"(Links that each flow takes while every choice is by hash: CSR by flow.

Parameters
----------
answers : bool
    Those of what comes back.

Returns
-------
ptr : (F + 1,) int64
link : (ptr[F],) int32

Raises
------
ValueError
    Some switch chooses for each packet, or for each burst.
)";

}  // namespace easterly::bind
