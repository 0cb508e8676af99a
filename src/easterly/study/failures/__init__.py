"""Failures: what every part that fails does to every job, and what it costs."""

from easterly.study.failures.elements import Element, elements
from easterly.study.failures.explain import explain
from easterly.study.failures.first import first_failures
from easterly.study.failures.table import Cost, failures

__all__ = ["Cost", "Element", "elements", "explain", "failures", "first_failures"]
