"""``labels.csv``: what is stuck to both ends of every cable."""

from __future__ import annotations

from easterly.base.units import LENGTH, RATE, format_exact
from easterly.model.network import Network
from easterly.model.outcome import Artifact, Bill

LABELS = ("cable", "end", "here", "there", "line_1", "line_2", "rate", "length", "medium")


def labels(network: Network, bill: Bill) -> Artifact:
    """One row per end of a cable, both ends of a cable after each other, numbered as in ``cables.csv``.

    A label has two lines, for printers of labels: the cable with its end and where this end goes, then where the other
    one goes. Nothing needs quoting, as in ``cables.csv``.

    Parameters
    ----------
    network : Network
    bill : Bill
        Media of the cables.

    Returns
    -------
    Artifact
    """
    links, rows = network.links, network.cables
    ends = [link_id.split(">") for link_id in network.link_ids[rows].tolist()]
    rates, lengths = links.capacity_bps[rows].tolist(), links.length_m[rows].tolist()
    rate = {value: format_exact(value, RATE) for value in set(rates)}
    length = {value: format_exact(value, LENGTH) for value in set(lengths)}
    text, width = [",".join(LABELS)], len(str(len(rows)))
    numbered = enumerate(zip(ends, rates, lengths, bill.cable_medium.tolist(), strict=True), 1)
    for number, ((a, b), bps, metres, medium) in numbered:
        tail = f"{rate[bps]},{length[metres]},{medium}"
        for end, here, there in (("A", a, b), ("B", b, a)):
            text.append(f"{number},{end},{here},{there},{number:0{width}d}{end} {here},to {there},{tail}")
    return Artifact("labels.csv", "\n".join(text) + "\n", "", "csv", "labels.csv")
