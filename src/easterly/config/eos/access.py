"""Access lists of EOS, on ports of hosts: rendered and read back.

The commands are those of Arista's own renderer (Arista Validated Designs, ``eos_cli_config_gen``:
``ip_access_lists``, ``ipv6_access_lists``, ``ethernet_interfaces``). What no rule fits is dropped by EOS.
"""

from __future__ import annotations

from easterly.config.access import lines
from easterly.model.access import DeviceAccess

WORDS = lines.Words({4: "ip access-group {} in", 6: "ipv6 access-group {} in"}, single=True, margin="   ")


def render(access: DeviceAccess) -> str:
    """The text of one switch.

    Examples
    --------
    >>> from easterly.model.access import AccessList, AccessRule
    >>> rules = (AccessRule("10.0.0.0/24", "10.0.1.9/32", True, True, "acme answers beta"),)
    >>> print(render(DeviceAccess("a", (AccessList("acme", rules, ("Ethernet1/1",)),))))
    hostname a
    !
    interface Ethernet1/1
       ip access-group acme in
    !
    ip access-list acme
       10 remark acme answers beta
       20 permit tcp 10.0.0.0/24 host 10.0.1.9 established
       30 remark all else
       40 permit ip any any
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
