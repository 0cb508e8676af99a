"""Host settings read back."""

from __future__ import annotations

from easterly.config.linux.netplan import read
from easterly.model.router_state import DeviceState


def parse(text: str) -> DeviceState:
    r"""Read a netplan file: the addresses of its interfaces.

    Parameters
    ----------
    text : str

    Returns
    -------
    DeviceState
        Without AS number, sessions and announced prefixes: a host has none.

    Raises
    ------
    ValueError
        The text is not YAML, or not of netplan's shape.

    Examples
    --------
    >>> parse("# h\nnetwork: {version: 2, ethernets: {nic0: {addresses: [10.0.0.2/26]}}}").interfaces
    {'nic0': ('10.0.0.2/26',)}
    """
    name = text.removeprefix("# ").partition("\n")[0].partition(":")[0]
    try:
        ports = read(text).ports
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None
    return DeviceState(name, 0, "", {port.name: port.addresses for port in ports}, {}, (), ())
