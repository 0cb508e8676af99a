"""BIRD 2: routers."""

from easterly.config.bird.parse import parse
from easterly.config.bird.render import render

__all__ = ["parse", "render"]
