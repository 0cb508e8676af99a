"""The star as a site, and what the simulation of flows says of an all-reduce on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from easterly.base.schema import Doc, Unit
from easterly.base.units import RATE, format_exact

ETHERNET_B, TCP_B, STAMPS_B = 14, 20, 12
IP_B = {4: 20, 6: 40}
"""Headers: Ethernet without check sequence, IPv4, TCP, and the timestamps of RFC 7323 with their padding."""
HIDDEN = 64

SITE = """\
# {count} hosts on one switch, and one all-reduce of {size_B:,} B of gradients in a ring.
# Rates are those of data: {share:.2%} of what a link carries, as {data_B} of {frame_B} B of a frame are data.
version: 1
site: {{name: ring}}
hardware:
  switches: {{bridge: {{ports: {count}, rate: {fastest}}}}}
  hosts:
{types}
fabrics:
  lab:
    blueprint: graph
    nodes:
      switch: {{type: bridge}}
{hosts}
    links:
{links}
addressing: {{pools: {{fabric: 198.18.0.0/22, loopback: 198.18.4.0/24}}}}
classes: {{default: {{dscp: 0, share: rest}}}}
jobs:
  ring:
    fabric: lab
    class: default
    model: {{params: {params}, layers: 1, hidden: {hidden}, heads: 1, seq: 1, vocab: {vocab}}}
    parallel: {{dp: {count}}}
    batch: {count}
    grad_dtype: fp32
    zero: 0
    collective: ring
    overlap: {{dp: 0%}}
    mfu: 50%
    connections: 1
"""


@dataclass(frozen=True, slots=True)
class Framing:
    """Data in what HTB counts: it sees frames from the Ethernet header on, without preamble, check sequence and gap.

    Examples
    --------
    >>> Framing(1500).frame_B, Framing(1500).data_B, round(Framing(1500).share, 4)
    (1514, 1448, 0.9564)
    """

    mtu_B: Annotated[int, Unit("B"), Doc("Largest IP packet.")] = 1500
    family: Annotated[int, Unit("1"), Doc("4 or 6: IP without options.")] = 4

    @property
    def frame_B(self) -> int:
        """A full frame."""
        return self.mtu_B + ETHERNET_B

    @property
    def ack_B(self) -> int:
        """A segment without data."""
        return ETHERNET_B + IP_B[self.family] + TCP_B + STAMPS_B

    @property
    def data_B(self) -> int:
        """Data of a full frame."""
        return self.frame_B - self.ack_B

    @property
    def share(self) -> float:
        """Data over frame."""
        return self.data_B / self.frame_B


@dataclass(frozen=True, slots=True)
class Predicted:
    """What a site says of its all-reduce."""

    time_s: Annotated[float, Unit("s"), Doc("Its time, at the rates of data.")]
    sent_B: Annotated[tuple[float, ...], Unit("B"), Doc("What each host sends, headers not counted.")]


FULL = Framing()


def site_text(rates_bps: Sequence[float], size_B: int, framing: Framing = FULL) -> str:
    """Site file of a star whose hosts all-reduce as many bytes of gradients in a ring.

    Parameters
    ----------
    rates_bps : sequence of float [bit/s]
        Rate of the link of each host, in frames: the site has what is left of it for data.
    size_B : int [B]
        Of the array.
    framing : Framing
    """
    data_bps = [rate_bps * framing.share for rate_bps in rates_bps]
    kinds = {rate_bps: f"host{k}" for k, rate_bps in enumerate(dict.fromkeys(data_bps))}
    params = size_B // 4
    return SITE.format(
        count=len(rates_bps), size_B=size_B, share=framing.share, data_B=framing.data_B, frame_B=framing.frame_B,
        fastest=_rate(max(data_bps)), params=params, hidden=HIDDEN,
        vocab=max(1, (params - 12 * HIDDEN * HIDDEN) // (2 * HIDDEN)),
        types="\n".join(
            f"    {kind}: {{gpus: 1, nics: 1, nic_rate: {_rate(rate_bps)}}}" for rate_bps, kind in kinds.items()
        ),
        hosts="\n".join(f"      host-{i}: {{type: {kinds[rate_bps]}}}" for i, rate_bps in enumerate(data_bps)),
        links="\n".join(f"      cable-{i}: {{a: host-{i}, b: switch}}" for i in range(len(data_bps))),
    )  # fmt: skip


def _rate(rate_bps: float) -> str:
    return format_exact(round(rate_bps), RATE)


def predict(text: str) -> Predicted:
    """Time of the all-reduce of a site, by simulation of flows, and what each host sends in it.

    Messages reach the rate of their links: what those of their size reach on the GPU clusters that the usual curve was
    measured on says nothing of this machine.

    Raises
    ------
    FindingsError
        The text is no site.
    """
    from easterly.site import load_text
    from easterly.study.fluid import Wishes, prepare, simulate_site
    from easterly.study.nouns import Nouns

    nouns = Nouns(load_text(text).site)
    made = simulate_site(prepare(nouns, Wishes(line_rate=True)))
    network, flows = nouns.network.value, nouns.demands.value.flows
    sent_B = [0.0] * len(network.hosts)
    for src, size_B in zip(network.node_host[flows.src].tolist(), flows.size_B.tolist(), strict=True):
        sent_B[src] += size_B
    return Predicted(float(made.step_s[0, 0]), tuple(sent_B))
