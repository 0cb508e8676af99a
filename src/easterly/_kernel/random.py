"""Counter-based random numbers, the same bits as `easterly.base.seeds`."""

from easterly._kernel._core.random import mix64, normal, uniform

__all__ = ["mix64", "normal", "uniform"]
