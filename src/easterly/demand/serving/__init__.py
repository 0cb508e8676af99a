"""Inference services: what they compute, what users notice, and what they send."""

from easterly.demand.serving.figures import Figures, figures
from easterly.demand.serving.outside import partners
from easterly.demand.serving.phases import demand
from easterly.demand.serving.rates import cache_rate_bps, users_bps
from easterly.demand.serving.rows import row, table

__all__ = ["Figures", "cache_rate_bps", "demand", "figures", "partners", "row", "table", "users_bps"]
