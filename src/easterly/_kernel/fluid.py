"""Activities that share links, one event after the other."""

from easterly._kernel._core.fluid import Fluid

__all__ = ["Fluid"]
