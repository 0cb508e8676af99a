"""Host settings read back."""

from __future__ import annotations

from typing import Any

from easterly.model.outcome import DeviceState


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
    import yaml

    name = text.removeprefix("# ").partition("\n")[0].partition(":")[0]
    try:
        document: Any = yaml.safe_load(text)
        nics = document["network"]["ethernets"]
        interfaces = {nic: tuple(spec.get("addresses", ())) for nic, spec in nics.items()}
    except (yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{name}: not the settings of a host: {error}") from None
    return DeviceState(name, 0, "", interfaces, {}, (), ())
