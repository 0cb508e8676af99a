"""Access lists as one table of nftables.

Packets are judged in ``prerouting`` by the interface that they come in through: behind it Linux shows those of a
routing table under the name of the VRF device, whichever port they came from (Linux, Documentation/networking/vrf).
What ports of one bridge send each other is not routed and never seen here. All rules look at single packets: no state
is kept, so that a switch may have them in hardware and answers may come back another way.
"""

from __future__ import annotations

from collections.abc import Iterator

from easterly.model.access import REST, AccessRule, DeviceAccess

TABLE = "easterly_access"
ENTRY = "enter"
WORD = {4: "ip", 6: "ip6"}
REPLY = " tcp flags & (ack | rst) != 0"
LONGEST = 127
"""Bytes of a comment (NFTNL_UDATA_COMMENT_MAXLEN, with the zero at its end)."""


def render(access: DeviceAccess) -> str:
    """The text of one device; loading it replaces what it was before, in one transaction.

    Parameters
    ----------
    access : DeviceAccess

    Returns
    -------
    str

    Examples
    --------
    >>> from easterly.model.access import AccessList
    >>> rules = (AccessRule("10.0.0.0/24", "10.0.1.0/24", True), AccessRule("10.0.0.0/24", "0.0.0.0/0", False))
    >>> print(render(DeviceAccess("a", (AccessList("acme", rules, ("br7",)),), ("swp1",))))
    # a: who may reach whom. To be loaded by: nft -f a.nft
    table inet easterly_access { }
    delete table inet easterly_access
    table inet easterly_access {
      chain enter {
        type filter hook prerouting priority 0; policy accept;
        iifname { "swp1" } accept
        iifname { "br7" } goto acme
      }
      chain acme {
        ip saddr 10.0.0.0/24 ip daddr 10.0.1.0/24 accept
        ip saddr 10.0.0.0/24 ip daddr 0.0.0.0/0 counter drop
      }
    }
    <BLANKLINE>
    """
    lines = [
        f"# {access.device}: who may reach whom. To be loaded by: nft -f {access.device}.nft",
        f"table inet {TABLE} {{ }}", f"delete table inet {TABLE}", f"table inet {TABLE} {{",
        f"  chain {ENTRY} {{", "    type filter hook prerouting priority 0; policy accept;",
        *(f"    {line}" for line in _enter(access)), "  }",
    ]  # fmt: skip
    for each in access.lists:
        lines += [f"  chain {each.name} {{", *(f"    {_rule(rule)}" for rule in each.rules), "  }"]
    return "\n".join([*lines, "}"]) + "\n"


def _enter(access: DeviceAccess) -> Iterator[str]:
    if access.trusted:
        yield f"iifname {_set(access.trusted)} accept"
    for each in access.lists:
        named = tuple(port for port in each.ports if port != REST)
        if named:
            yield f"iifname {_set(named)} goto {each.name}"
    yield from (f"goto {each.name}" for each in access.lists if REST in each.ports)


def _set(names: tuple[str, ...]) -> str:
    quoted = ", ".join(f'"{name}"' for name in names)
    return f"{{ {quoted} }}"


def _rule(rule: AccessRule) -> str:
    word = WORD[rule.family]
    note = rule.name.encode()[:LONGEST].decode("utf-8", "ignore")
    verdict = "accept" if rule.permit else "counter drop"
    which = f"{word} saddr {rule.src} {word} daddr {rule.dst}{REPLY if rule.reply else ''}"
    return f"{which} {verdict}" + (f' comment "{note}"' if note else "")
