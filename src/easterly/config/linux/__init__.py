"""Linux hosts: addresses, routes per interface, kernel settings, environment of jobs."""

from easterly.config.linux.parse import parse
from easterly.config.linux.render import render

__all__ = ["parse", "render"]
