"""Maximum flows, minimum cuts, flows of least cost, reliability."""

from easterly._kernel._core.cut import max_flows

__all__ = ["max_flows"]
