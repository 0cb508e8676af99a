"""Juniper Junos: classes as statements of class-of-service and firewall, rendered and read back."""

from easterly.config.junos.fit import NOT_WRITTEN, fit, port_name
from easterly.config.junos.parse import parse
from easterly.config.junos.render import render

__all__ = ["NOT_WRITTEN", "fit", "parse", "port_name", "render"]
