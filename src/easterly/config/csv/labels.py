"""``labels.csv``: what is stuck to both ends of every cable."""

from __future__ import annotations

from easterly.config.csv.render import cables
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
    text, width = [",".join(LABELS)], len(str(len(network.cables)))
    for number, (a, b, *facts) in enumerate(cables(network, bill), 1):
        for end, here, there in (("A", a, b), ("B", b, a)):
            line = (number, end, here, there, f"{number:0{width}d}{end} {here}", f"to {there}", *facts)
            text.append(",".join(map(str, line)))
    return Artifact("labels.csv", "\n".join(text) + "\n", "", "csv", "labels.csv")
