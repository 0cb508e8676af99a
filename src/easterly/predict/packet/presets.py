"""Named transports: what each sends and how it answers, with the source of its numbers."""

from __future__ import annotations

from easterly.base.findings import did_you_mean
from easterly.model.packets import Transport

PRESETS = {
    made.name: made
    for made in (
        Transport("fixed", "fixed", "a window that stays; for measurements"),
        Transport("newreno", "newreno", "RFC 5681, RFC 6675, RFC 6298, RFC 6928", least_timeout_s=0.2),
        Transport("cubic", "cubic", "RFC 9438, RFC 6675, RFC 6298, RFC 6928", least_timeout_s=0.2),
        Transport(
            "dcqcn-paper",
            "dcqcn",
            "Zhu et al. 2015, SIGCOMM: figures of 40 Gb/s; lossless",
            header_B=58,
            nic_B=16_000,
            lossless=True,
        ),
        Transport("udp", "open", "RFC 768 over IPv4, at a rate of its own", header_B=28),
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
