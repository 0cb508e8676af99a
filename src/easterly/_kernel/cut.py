"""Maximum flows, minimum cuts, flows of least cost, reliability."""

from easterly._kernel._core.cut import max_flows, min_cost_flow, reduce, reliability, weak_points

__all__ = ["max_flows", "min_cost_flow", "reduce", "reliability", "weak_points"]
