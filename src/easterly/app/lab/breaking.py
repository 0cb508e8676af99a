"""Cables of a lab that fail, and are mended: silently, or with the carrier gone.

What the kernel, or `nft`, does not do is a `LabError`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from easterly.app.lab.spaces import LabError, Space

TABLE = "easterly-broken"
SILENT = """table netdev {table}
delete table netdev {table}
table netdev {table} {{
  chain lost {{
    type filter hook ingress device {port} priority -500; policy drop;
  }}
  chain kept {{
    type filter hook egress device {port} priority -500; policy drop;
  }}
}}
"""
"""Made first, so that there is one to delete, and this works twice."""
Ends = Sequence[tuple[Space, str]]
"""Namespace and interface of either end of a cable."""


def silence(ends: Ends) -> None:
    """Drop all that arrives at both ends of a cable, which look as well as before: only sessions can tell.

    And all that leaves them, since packet sockets, as isisd has, are given what arrives before it is dropped.
    """
    for space, port in ends:
        space.run("nft", "-f", "-", text=SILENT.format(table=_table(port), port=port))


def cut(ends: Ends) -> None:
    """Take the carrier from a cable: the second end is switched off, which the first one sees at once."""
    space, port = ends[-1]
    keep = Path(f"/proc/sys/net/ipv6/conf/{port}/keep_addr_on_down")
    space.call(lambda: keep.write_text("1", encoding="ascii"))
    space.batch("ip", f"link set {port} down\n")


def mend(ends: Ends) -> None:
    """Have a cable work again, whatever was done to it; one that works stays as it is."""
    for space, port in ends:
        space.batch("ip", f"link set {port} up\n")
        if broken(space, port):
            space.run("nft", "delete", "table", "netdev", _table(port))


def broken(space: Space, port: str) -> bool:
    """Whether an end is silent."""
    try:
        space.run("nft", "list", "table", "netdev", _table(port))
    except LabError:
        return False
    return True


def _table(port: str) -> str:
    return f"{TABLE}-{port}"
