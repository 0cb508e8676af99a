"""Worst delays and backlogs of networks of queues."""

from easterly._kernel._core.calculus import Total

__all__ = ["Total"]
