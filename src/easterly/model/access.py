"""Access lists of a device: what its text says of packets that come in, whatever its dialect."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

from easterly.base.schema import Doc

ANY = {4: "0.0.0.0/0", 6: "::/0"}
REST = "*"
"""Stands for all interfaces that neither a list nor `DeviceAccess.trusted` names."""


@dataclass(frozen=True, slots=True)
class AccessRule:
    """One rule. Both prefixes are of one family; equal rules may stand in different lines."""

    src: Annotated[str, Doc("Prefix of senders.")]
    dst: Annotated[str, Doc("Prefix of receivers.")]
    permit: Annotated[bool, Doc("Passed on; dropped if not.")]
    reply: Annotated[bool, Doc("Only TCP segments with ACK or RST: none of them opens a connection.")] = False
    name: Annotated[str, Doc("What it is for.")] = field(default="", compare=False)
    line: Annotated[int, Doc("Line of the text that it was read from; 0 if it is planned.")] = field(
        default=0, compare=False
    )

    @property
    def family(self) -> int:
        """4 or 6.

        Examples
        --------
        >>> AccessRule("fd00::/64", "::/0", permit=False).family
        6
        """
        return 6 if ":" in self.src else 4

    @property
    def total(self) -> bool:
        """Whether every packet of its family fits."""
        return self.src == self.dst == ANY[self.family] and not self.reply


@dataclass(frozen=True, slots=True)
class AccessList:
    """Rules in order, the first that fits decides; where none does, the packet passes."""

    name: Annotated[str, Doc("Tenant whose hosts send, or the routing table for what is nobody's.")]
    rules: Annotated[tuple[AccessRule, ...], Doc("Rules; the order matters within a family.")]
    ports: Annotated[tuple[str, ...], Doc("Interfaces where packets that come in are judged.")] = ()
    line: Annotated[int, Doc("Line that binds it.")] = field(default=0, compare=False)

    def of(self, family: int) -> tuple[AccessRule, ...]:
        """Rules of one family."""
        return tuple(rule for rule in self.rules if rule.family == family)

    def closed(self, family: int) -> tuple[AccessRule, ...]:
        """Rules of one family with one at the end that every packet fits; none where the family has none.

        Operating systems differ in what they do with a packet that no rule fits: said so, it needs no default.
        """
        rules = self.of(family)
        if not rules or rules[-1].total:
            return rules
        return (*rules, AccessRule(ANY[family], ANY[family], permit=True, name="all else"))


@dataclass(frozen=True, slots=True)
class DeviceAccess:
    """The access lists of one device."""

    device: Annotated[str, Doc("Device.")]
    lists: Annotated[tuple[AccessList, ...], Doc("Lists.")]
    trusted: Annotated[tuple[str, ...], Doc("Interfaces of packets that another device has judged.")] = ()
