"""Juniper Junos: classes as statements of class-of-service and firewall, rendered and read back."""

from easterly.config.junos.fit import fit, port_name
from easterly.config.junos.parse import parse
from easterly.config.junos.render import render

__all__ = ["fit", "parse", "port_name", "render"]
