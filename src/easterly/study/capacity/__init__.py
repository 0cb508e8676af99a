"""Capacity: when growth fills links, queues and pools, and the cheapest way to stay ahead of it."""

from easterly.study.capacity.plan import MONTHS, capacity
from easterly.study.capacity.upgrade import Choice, Need, upgrades

__all__ = ["MONTHS", "Choice", "Need", "capacity", "upgrades"]
