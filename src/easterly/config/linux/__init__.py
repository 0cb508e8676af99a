"""Linux hosts: addresses, routes per interface, kernel settings, environment of jobs."""

from easterly.config.linux.parse import parse
from easterly.config.linux.render import Host, Nic, hosts, render

__all__ = ["Host", "Nic", "hosts", "parse", "render"]
