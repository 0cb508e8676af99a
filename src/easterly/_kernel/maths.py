"""Elementary functions with the same bits on every machine, unlike those of numpy and of the C library."""

from easterly._kernel._core.maths import exp, log, pow

__all__ = ["exp", "log", "pow"]
