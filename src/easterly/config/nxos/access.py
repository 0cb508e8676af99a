"""Access lists of NX-OS, on ports of hosts: rendered and read back.

From Cisco's Nexus 9000 NX-OS Security Configuration Guide, "Configuring IP ACLs": ``ip access-list``, and on a port
that switches ``ip port access-group`` and ``ipv6 port traffic-filter``. What no rule fits is dropped by NX-OS.
"""

from __future__ import annotations

from easterly.config.access import lines
from easterly.model.access import DeviceAccess

WORDS = lines.Words(
    {4: "ip port access-group {} in", 6: "ipv6 port traffic-filter {} in"}, single=False, margin="  "
)  # fmt: skip


def render(access: DeviceAccess) -> str:
    """The text of one switch.

    Examples
    --------
    >>> from easterly.model.access import AccessList, AccessRule
    >>> rules = (AccessRule("fd00::/64", "fd00:1::/64", True), AccessRule("::/0", "::/0", False))
    >>> print(render(DeviceAccess("a", (AccessList("acme", rules, ("Ethernet1/1",)),))))
    hostname a
    !
    interface Ethernet1/1
      ipv6 port traffic-filter acme in
    !
    ipv6 access-list acme
      10 permit ipv6 fd00::/64 fd00:1::/64
      20 deny ipv6 any any
    <BLANKLINE>
    """
    return lines.written(access, WORDS)


def parse(text: str) -> DeviceAccess:
    """Read the access lists of a switch.

    Raises
    ------
    ValueError
        A line of a list, or one that has a port use it, is not understood; a list is not there.
    """
    return lines.read(text, WORDS)
