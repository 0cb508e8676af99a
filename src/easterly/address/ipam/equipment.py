"""Devices and their interfaces: what the store keeps of them, and what may be asked.

An address is bound to an interface by what it says of its holder: `device` and `interface` are the names of one that
there is. What the device and the interface say, their addresses say too: see `bound`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

_MAC = re.compile(r"[0-9a-f]{2}([:-][0-9a-f]{2}){5}|[0-9a-f]{4}(\.[0-9a-f]{4}){2}|[0-9a-f]{12}")
_NAME = re.compile(r"[^\x00-\x1f\x7f]{1,253}")
Words = tuple[str, ...]
Pairs = tuple[tuple[str, str], ...]


class Device(NamedTuple):
    """Something with interfaces.

    Attributes
    ----------
    id : int
    name : str
        Unique in the store.
    tenant : str or None
        Whose it is; its addresses are theirs too.
    tags : tuple of str
        Sorted.
    fields : tuple of (str, str)
        Custom fields, sorted by name.
    """

    id: int
    name: str
    tenant: str | None = None
    tags: Words = ()
    fields: Pairs = ()

    def document(self) -> dict[str, Any]:
        """The device as JSON has it."""
        return {
            "id": self.id, "name": self.name, "tenant": self.tenant, "tags": list(self.tags),
            "fields": dict(self.fields),
        }  # fmt: skip


class Interface(NamedTuple):
    """An interface of a device.

    Attributes
    ----------
    id : int
    device : int
        Id of its device.
    name : str
        Unique in its device.
    mac : str or None
        As ``02:00:00:00:00:01``; its addresses have the same.
    tags : tuple of str
        Sorted.
    fields : tuple of (str, str)
        Custom fields, sorted by name.
    """

    id: int
    device: int
    name: str
    mac: str | None = None
    tags: Words = ()
    fields: Pairs = ()

    def document(self) -> dict[str, Any]:
        """The interface as JSON has it."""
        return {
            "id": self.id, "device": self.device, "name": self.name, "mac": self.mac, "tags": list(self.tags),
            "fields": dict(self.fields),
        }  # fmt: skip


Seen = tuple[Device, tuple[Interface, ...]]
"""A device with its interfaces in order of names."""


def read_device(said: Mapping[str, Any]) -> Device:
    """Inverse of `Device.document`."""
    tags, own = tuple(sorted(said["tags"])), tuple(sorted(said["fields"].items()))
    return Device(said["id"], said["name"], said["tenant"], tags, own)


def read_interface(said: Mapping[str, Any]) -> Interface:
    """Inverse of `Interface.document`."""
    tags, own = tuple(sorted(said["tags"])), tuple(sorted(said["fields"].items()))
    return Interface(said["id"], said["device"], said["name"], said["mac"], tags, own)


def read_mac(text: str) -> str:
    """A hardware address in its one spelling.

    Raises
    ------
    ValueError

    Examples
    --------
    >>> read_mac("02-00-00-AA-00-01"), read_mac("0200.00aa.0001")
    ('02:00:00:aa:00:01', '02:00:00:aa:00:01')
    """
    plain = text.strip().lower()
    if not _MAC.fullmatch(plain):
        raise ValueError(f"{text!r} is no MAC address: write it like 02:00:00:00:00:01")
    digits = re.sub(r"[^0-9a-f]", "", plain)
    return ":".join(digits[at : at + 2] for at in range(0, 12, 2))


def check_name(what: str, text: object) -> None:
    """Refuse what cannot be the name of a device or of an interface.

    Raises
    ------
    ValueError
    """
    if not isinstance(text, str) or not _NAME.fullmatch(text) or text.strip() != text:
        raise ValueError(f"{text!r} is no name of {what}: 1 to 253 letters, without line breaks or spaces around")
    if what == "a device" and ("/" in text or text in (".", "..")):
        raise ValueError(f"{text!r} is no name of a device: it would be another path of the service")


@dataclass(frozen=True, slots=True)
class AddDevice:
    """A new device; an interface is made for each that its addresses already name.

    Attributes
    ----------
    name : str
    tenant : str or None
    tags : tuple of str
    fields : mapping of str to str
    actor : str
    within : str or None
        A tenant: refused where it would reach addresses that are not theirs; None for whoever runs the store.
    """

    name: str
    tenant: str | None = None
    tags: tuple[str, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)
    actor: str = ""
    within: str | None = None


@dataclass(frozen=True, slots=True)
class EditDevice:
    """What a device says of itself is to change; its addresses follow.

    Attributes
    ----------
    device : int or str
        Id or name.
    values : mapping of str to object
        New values of any of `OF_DEVICES`; what is not named stays.
    actor : str
    seen : (Device, tuple of Interface) or None
        Refused where it is no longer this, with these interfaces.
    """

    device: int | str
    values: Mapping[str, Any]
    actor: str = ""
    seen: Seen | None = None


@dataclass(frozen=True, slots=True)
class RemoveDevice:
    """A device is to go, with its interfaces; refused while it has addresses, unless they are to be released.

    Attributes
    ----------
    device : int or str
        Id or name.
    release : bool
    actor : str
    within : str or None
        A tenant: refused where it would reach addresses that are not theirs; None for whoever runs the store.
    seen : (Device, tuple of Interface) or None
        Refused where it is no longer this, with these interfaces.
    """

    device: int | str
    release: bool = False
    actor: str = ""
    within: str | None = None
    seen: Seen | None = None


@dataclass(frozen=True, slots=True)
class AddInterface:
    """A new interface.

    Attributes
    ----------
    device : int or str
        Id or name.
    name : str
    mac : str or None
    tags : tuple of str
    fields : mapping of str to str
    actor : str
    """

    device: int | str
    name: str
    mac: str | None = None
    tags: tuple[str, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)
    actor: str = ""


@dataclass(frozen=True, slots=True)
class EditInterface:
    """What an interface says of itself is to change; its addresses follow.

    Attributes
    ----------
    id : int
    values : mapping of str to object
        New values of any of `OF_INTERFACES`; what is not named stays.
    actor : str
    seen : Interface or None
        Refused where it is no longer this.
    """

    id: int
    values: Mapping[str, Any]
    actor: str = ""
    seen: Interface | None = None


@dataclass(frozen=True, slots=True)
class RemoveInterface:
    """An interface is to go; refused while addresses are bound to it, unless they are to be released.

    Attributes
    ----------
    id : int
    release : bool
    actor : str
    within : str or None
        A tenant: refused where it would reach addresses that are not theirs; None for whoever runs the store.
    seen : Interface or None
        Refused where it is no longer this.
    """

    id: int
    release: bool = False
    actor: str = ""
    within: str | None = None
    seen: Interface | None = None


OF_DEVICES = ("name", "tenant", "tags", "fields")
OF_INTERFACES = ("name", "mac", "tags", "fields")
"""What may be edited."""
Equipment = AddDevice | EditDevice | RemoveDevice | AddInterface | EditInterface | RemoveInterface
