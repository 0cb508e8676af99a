"""Named transports: what each sends and how it answers, with the source of its numbers."""

from __future__ import annotations

from easterly.base.findings import did_you_mean
from easterly.model.packets import Dcqcn, Transport
from easterly.model.senders import Timely

PRESETS = {
    made.name: made
    for made in (
        Transport("fixed", "fixed", "a window that stays; for measurements"),
        Transport("newreno", "newreno", "RFC 5681, RFC 6675, RFC 6298, RFC 6928", least_timeout_s=0.2),
        Transport("cubic", "cubic", "RFC 9438, RFC 6675, RFC 6298, RFC 6928", least_timeout_s=0.2),
        Transport(
            "cubic-linux",
            "cubic",
            "Linux 6, tcp_input.c, tcp_recovery.c and tcp_cubic.c: RFC 9438, RFC 9937, RFC 8985, RFC 5682; every other "
            "packet is acknowledged, or after 40 ms",
            acks_every=2,
            least_timeout_s=0.2,
            prr=True,
            rack=True,
            tail_probe=True,
            frto=True,
        ),
        Transport(
            "dcqcn-paper",
            "dcqcn",
            "Zhu et al. 2015, SIGCOMM: figures of 40 Gb/s; lossless",
            header_B=58,
            nic_B=16_000,
            lossless=True,
            recovery="go-back-n",
        ),
        Transport(
            "hpcc-repo",
            "dcqcn",
            "Li et al. 2019, SIGCOMM: DCQCN as their simulator has it, figures of 100 Gb/s; marks what leaves "
            "(switch-node.cc, SwitchNotifyDequeue); lossless",
            packet_B=1058,
            header_B=58,
            nic_B=16_000,
            lossless=True,
            recovery="go-back-n",
            ask_again_s=500e-6,
            dcqcn=Dcqcn(
                alpha_timer_s=1e-6,
                rate_timer_s=900e-6,
                cut_every_s=4e-6,
                fast_steps=1,
                additive_bps=50e6,
                hyper_bps=100e6,
                least_bps=100e6,
                clamp=False,
                kmin_B=400_000,
                kmax_B=1_600_000,
                pmax=0.2,
                marks_leaving=True,
                at_bps=100e9,
            ),
        ),
        Transport(
            "timely",
            "timely",
            "Mittal et al. 2015, SIGCOMM: figures of 10 Gb/s, bursts of 16 kB, 100 Mb/s at least; lossless",
            header_B=58,
            nic_B=32_000,
            lossless=True,
            recovery="go-back-n",
            timely=Timely(burst_B=16_000, least_bps=100e6),
        ),
        Transport(
            "timely-patched",
            "timely",
            "Zhu et al. 2016, CoNEXT, algorithm 2: beta 0.008, bursts of 16 kB; lossless",
            header_B=58,
            nic_B=32_000,
            lossless=True,
            recovery="go-back-n",
            timely=Timely(beta=0.008, burst_B=16_000, at_once=False, patched=True),
        ),
        Transport(
            "hpcc",
            "hpcc",
            "Li et al. 2019, SIGCOMM: 95 %, five stages, a window for 100 flows; 8 B a link; lossless",
            packet_B=1060,
            header_B=60,
            nic_B=16_000,
            lossless=True,
            recovery="go-back-n",
        ),
        Transport("udp", "open", "RFC 768 over IPv4, at a rate of its own", header_B=28),
        Transport(
            "bbr", "bbr", "Cardwell et al. 2016, draft-cardwell-iccrg-bbr-congestion-control-00", least_timeout_s=0.2
        ),
        Transport(
            "bbr3",
            "bbr3",
            "draft-ietf-ccwg-bbr; answers to marks as in Linux, tcp_bbr.c, version 3",
            least_timeout_s=0.2,
        ),
        Transport("swift", "swift", "Kumar et al. 2020, SIGCOMM; figures of csg-htsim; timeout of 1 ms by choice"),
        Transport("dctcp", "dctcp", "RFC 8257: g 1/16; timeout of 1 ms by choice"),
    )
}


def transport(name: str) -> Transport:
    """The transport of a name.

    Raises
    ------
    ValueError
        There is none of that name.

    Examples
    --------
    >>> transport("dctcp").law
    'dctcp'
    """
    if name not in PRESETS:
        raise ValueError(f"no transport {name!r}: {did_you_mean(name, PRESETS)}")
    return PRESETS[name]
