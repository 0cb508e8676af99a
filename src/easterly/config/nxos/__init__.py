"""Cisco NX-OS: classes as maps and policies of three types, rendered and read back."""

from easterly.config.nxos.fit import NOT_WRITTEN, fit, port_name
from easterly.config.nxos.parse import parse
from easterly.config.nxos.render import render

__all__ = ["NOT_WRITTEN", "fit", "parse", "port_name", "render"]
