"""Service addresses on routers that run Linux: the checks, and the program that heeds them."""

from easterly.config.anycast.parse import parse
from easterly.config.anycast.render import CONFIG_DB, render

__all__ = ["CONFIG_DB", "parse", "render"]
