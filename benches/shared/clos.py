"""The site that plans and renders are timed on: three tiers, two tenants, one job."""

from __future__ import annotations

from easterly import site
from easterly.model.spec.site import Site

SITE = """
version: 1
site: {{name: bench}}
hardware:
  switches: {{sw: {{ports: 64, rate: 400Gb/s, chip: tomahawk4}}, top: {{ports: 64, rate: 400Gb/s, chip: tomahawk4}}}}
  hosts: {{dgx: {{gpus: 8, nics: 8, nic_rate: 400Gb/s, gpu: h200-sxm}}}}
fabrics:
  train:
    blueprint: clos
    tiers: 3
    hosts: {{type: dgx, count: {hosts}}}
    leaf: {{type: sw, down: 32, up: 32}}
    spine: {{type: sw, down: 32, up: 32}}
    super_spine: {{type: top}}
addressing: {{pools: {{fabric: 10.0.0.0/12, loopback: 10.100.0.0/16, v6: "fd00:64::/40"}}}}
qos: {{preset: ai-cluster}}
tenants: {{acme: {{share: 60%, vrf: true}}, beta: {{share: 40%}}}}
jobs:
  pre: {{tenant: acme, fabric: train, class: training, model: llama3-405b, parallel: {{tp: 8, pp: 16, dp: {dp}}},
        batch: {batch}, mfu: 40%}}
"""


def clos(hosts: int, dp: int) -> Site:
    """As many hosts, and a job of so many replicas on 16 hosts each."""
    return site.load_text(SITE.format(hosts=hosts, dp=dp, batch=4 * hosts)).site
