"""HAProxy: front ends of inference services."""

from easterly.config.haproxy.parse import parse
from easterly.config.haproxy.render import render

__all__ = ["parse", "render"]
