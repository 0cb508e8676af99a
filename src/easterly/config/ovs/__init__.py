"""Open vSwitch: switches as bridges, with flows and groups of OpenFlow."""

from easterly.config.ovs.bridge import bridges
from easterly.config.ovs.parse import parse
from easterly.config.ovs.render import render

__all__ = ["bridges", "parse", "render"]
