"""Ranks on hosts, and what they send to each other as flows between interfaces."""

from easterly.demand.layout.layout import Layout
from easterly.demand.layout.order import order
from easterly.demand.layout.runs import Runs
from easterly.demand.layout.standby import Standby
from easterly.demand.layout.traffic import Ranks, Traffic, busiest_s

__all__ = ["Layout", "Ranks", "Runs", "Standby", "Traffic", "busiest_s", "order"]
