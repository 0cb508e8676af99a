"""Easterly plans, proves and runs the network of an AI cluster.

What a program needs is here; each name is imported from its room when it is first used, so that
``import easterly`` costs next to nothing.

>>> import easterly
>>> easterly.format_quantity(easterly.parse_quantity("50GB/s", easterly.RATE), easterly.RATE)
'400Gb/s'
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from easterly.app.lab.run import run as run_lab
    from easterly.base.findings import Finding, FindingsError
    from easterly.base.pages import page as explain
    from easterly.base.units import RATE, SIZE, TIME
    from easterly.base.units import format_exact as format_quantity
    from easterly.base.units import parse as parse_quantity
    from easterly.model.address import AddressPlan
    from easterly.model.demand import DemandSet
    from easterly.model.network import Network
    from easterly.model.outcome import Bill, DeviceConfigs, Prediction, Verdict
    from easterly.model.plan import Plan
    from easterly.model.qos import QosPlan
    from easterly.model.routing import Routing
    from easterly.model.spec.site import Site
    from easterly.site import load
    from easterly.site.blueprints import build as build_network
    from easterly.site.formats import read as read_topology
    from easterly.study.check import check
    from easterly.study.pipeline import plan
    from easterly.study.rendering import render

    __version__: str

_WHERE = {
    "AddressPlan": "model.address",
    "Bill": "model.outcome",
    "DemandSet": "model.demand",
    "DeviceConfigs": "model.outcome",
    "Finding": "base.findings",
    "FindingsError": "base.findings",
    "Network": "model.network",
    "Plan": "model.plan",
    "Prediction": "model.outcome",
    "QosPlan": "model.qos",
    "RATE": "base.units",
    "Routing": "model.routing",
    "SIZE": "base.units",
    "Site": "model.spec.site",
    "TIME": "base.units",
    "Verdict": "model.outcome",
    "build_network": "site.blueprints:build",
    "check": "study.check",
    "explain": "base.pages:page",
    "format_quantity": "base.units:format_exact",
    "load": "site",
    "parse_quantity": "base.units:parse",
    "plan": "study.pipeline",
    "read_topology": "site.formats:read",
    "render": "study.rendering",
    "run_lab": "app.lab.run:run",
}

__all__ = [
    "RATE",
    "SIZE",
    "TIME",
    "AddressPlan",
    "Bill",
    "DemandSet",
    "DeviceConfigs",
    "Finding",
    "FindingsError",
    "Network",
    "Plan",
    "Prediction",
    "QosPlan",
    "Routing",
    "Site",
    "Verdict",
    "__version__",
    "build_network",
    "check",
    "explain",
    "format_quantity",
    "load",
    "parse_quantity",
    "plan",
    "read_topology",
    "render",
    "run_lab",
]


def __getattr__(name: str) -> Any:
    """Import a public name from its room on first use (PEP 562)."""
    if name == "__version__":
        from importlib.metadata import version

        value: Any = version("easterly")
    elif name in _WHERE:
        module, _, attribute = _WHERE[name].partition(":")
        value = getattr(import_module(f"easterly.{module}"), attribute or name)
    else:
        raise AttributeError(f"module 'easterly' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
