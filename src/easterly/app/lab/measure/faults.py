"""Faults of a lab: links and nodes that fall silent, and cables that are pulled; undone at the end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from easterly.app.lab.breaking import Ends, cut, mend
from easterly.app.lab.spaces import Space

TABLE = "easterly-fault"
SILENCE = """\
table netdev {table} {{
 chain in-{name} {{
  type filter hook ingress device {name} priority -500
  policy drop
 }}
 chain out-{name} {{
  type filter hook egress device {name} priority -500
  policy drop
 }}
}}
"""


@contextmanager
def silent(space: Space, interfaces: Sequence[str]) -> Iterator[None]:
    """Drop all that a node sends and receives on some interfaces, all at once; nobody sees a carrier go.

    One interface is a link that fails; all of them are a node that fails. Programs with packet sockets, as isisd has,
    are given what comes in before it is dropped: from them a link is silent where both of its ends are.

    Raises
    ------
    LabError
        nftables cannot do it.
    """
    text = "".join(SILENCE.format(table=TABLE, name=name) for name in interfaces)
    with ExitStack() as held:
        space.run("nft", "-f", "-", text=text)
        held.callback(space.run, "nft", "delete", "table", "netdev", TABLE)
        yield


@contextmanager
def pulled(ends: Ends) -> Iterator[None]:
    """Pull a cable: its second end is switched off, and the first one loses its carrier.

    Raises
    ------
    LabError
        `ip` does not do it.
    """
    with ExitStack() as held:
        held.callback(mend, ends)
        cut(ends)
        yield
