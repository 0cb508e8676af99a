"""Service addresses on routers that run Linux: the checks, and the program that heeds them."""

from easterly.config.anycast.parse import parse
from easterly.config.anycast.render import render

__all__ = ["parse", "render"]
