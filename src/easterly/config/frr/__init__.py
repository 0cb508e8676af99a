"""FRR: routers' configuration, rendered and read back."""

from easterly.config.frr.parse import parse
from easterly.config.frr.render import render

__all__ = ["parse", "render"]
