"""Arista EOS: classes as maps, profiles of ports and one of the packet memory, rendered and read back."""

from easterly.config.eos.fit import NOT_WRITTEN, fit, port_name
from easterly.config.eos.parse import parse
from easterly.config.eos.render import render

__all__ = ["NOT_WRITTEN", "fit", "parse", "port_name", "render"]
