"""Services on hosts of eight H100, and rules over sites that have one."""

import inspect

from tests.demand.clusters import network, site

from easterly.base.findings import rules
from easterly.demand import serving
from easterly.demand.checks import serving as checks_serving
from easterly.demand.facts import model_of
from easterly.model.spec.hardware import HostType
from easterly.model.spec.service import Service

HOST = {"gpus": 8, "nics": 8, "nic_rate": "400Gb/s", "scaleup": "450GB/s", "memory": "80GB"}


def host(**more):
    """Eight H100 with an interface each, and what a test changes."""
    return HostType.model_validate({**HOST, **more})


def service(**more):
    """A service, named as in a site file."""
    made = Service.model_validate({"class": "bulk", "model": "llama3-70b", "load": {"requests": "10/s"}, **more})
    made.named("chat", "services/chat")
    return made


def figures(on=None, **more):
    """A service as it runs."""
    made = service(**more)
    return serving.figures(made, model_of(made), on or host())


def found(spec, hosts=8, **more):
    """Findings of the rules of services over a site with one."""
    plan = site(services={"s": spec}, hosts=hosts, **more)
    nouns = {"site": plan, "network": network(hosts)}
    mine = [entry.check for entry in rules().values() if entry.check.__module__ == checks_serving.__name__]
    return [f for check in mine for f in check(**{n: nouns[n] for n in inspect.signature(check).parameters})]


def codes(spec, **more):
    """Codes and places of the findings."""
    return [(finding.code, finding.at) for finding in found(spec, **more)]
