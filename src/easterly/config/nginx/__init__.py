"""nginx: front ends of inference services."""

from easterly.config.nginx.parse import parse
from easterly.config.nginx.render import fit, render

__all__ = ["fit", "parse", "render"]
