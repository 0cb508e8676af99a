"""A small site rendered whole, and changed texts of it."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from tests.address.sites import POOLS, fabric, job, made, site

from easterly import address, config, qos
from easterly.model.address import AddressPlan
from easterly.model.network import Network
from easterly.model.outcome import DeviceConfigs
from easterly.model.spec.site import Site
from easterly.study import bill

TENANTS = {"acme": {"vrf": True, "slot": 0, "pool": "own"}, "beta": {"vrf": True, "slot": 1}}
WAN = {"sites": {"west": {}}, "links": {"w": {"a": "train", "b": "west", "rate": "100Gb/s", "delay": "5ms"}}}


def everything(**tenants: object) -> Site:
    """Two tenants with tables (and more if given), both families, a border and a WAN router."""
    pools = {**POOLS, "own": "10.99.0.0/20"}
    jobs = {"j": job("acme", 8), "k": job("beta", 8)}
    return site({"train": fabric("rail-optimized", 16)}, pools, tenants={**TENANTS, **tenants}, jobs=jobs, wan=WAN)


def render(spec: Site) -> tuple[Network, AddressPlan, DeviceConfigs]:
    network, work = made(spec)
    plan = address.plan(spec, network, work)
    return network, plan, config.render(spec, network, plan, qos.plan(spec), work, bill.tally(spec, network))


@cache
def whole() -> tuple[Network, AddressPlan, DeviceConfigs]:
    return render(everything())


def text_of(configs: DeviceConfigs, path: str) -> str:
    return next(file.text for file in configs.artifacts if file.path == path)


def changed(configs: DeviceConfigs, path: str, old: str, new: str, count: int = 1) -> DeviceConfigs:
    """One file with a mistake in it."""
    assert old in text_of(configs, path)
    files = (
        replace(file, text=file.text.replace(old, new, count)) if file.path == path else file
        for file in configs.artifacts
    )
    return DeviceConfigs(tuple(files))
