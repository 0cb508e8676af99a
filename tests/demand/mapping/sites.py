"""Sites of the mapping tests, each with one blueprint and hosts of eight GPUs."""

from __future__ import annotations

from easterly.model.spec.site import Site

HOST = {"gpus": 8, "nics": 8, "nic_rate": "400Gb/s", "scaleup": "450GB/s"}
SMALL = {"gpus": 2, "nics": 2, "nic_rate": "400Gb/s", "scaleup": "450GB/s"}
SWITCH = {"ports": 64, "rate": "400Gb/s"}


def site(fabrics, host=HOST, **more):
    """A site of these fabrics, whose hosts are of type h and whose switches of type sw."""
    return Site.model_validate({
        "version": 1, "site": {"name": "s"}, "fabrics": fabrics, "classes": {"bulk": {"dscp": 0, "share": "rest"}},
        "hardware": {"switches": {"sw": SWITCH}, "hosts": {"h": host}}, **more,
    })  # fmt: skip


def hosts(count):
    return {"type": "h", "count": count}


def rails(count, down=4, up=4):
    """Rails of leaves with `down` hosts each, joined by spines."""
    leaf = {"type": "sw", "down": down, "up": up}
    return site({"f": {"blueprint": "rail-optimized", "hosts": hosts(count), "leaf": leaf, "spine": {"type": "sw"}}})


def rail_only(count):
    return site({"f": {"blueprint": "rail-only", "hosts": hosts(count), "leaf": {"type": "sw", "down": 32}}})


def planes(count, dual=False):
    leaf = {"type": "sw", "down": 16, "up": 4}
    fabric = {"planes": 4, "dual_tor": dual, "hosts": hosts(count), "leaf": leaf, "spine": {"type": "sw"}}
    return site({"f": {"blueprint": "multi-plane", **fabric}})


def clos_site(tiers, count):
    """Leaves of two hosts of two interfaces, pods of two leaves, zones of two pods."""
    middle = {"type": "sw", "down": 2, "up": 2}
    keys = ("spine", "super_spine", "core")[: tiers - 1]
    upper = {**dict.fromkeys(keys[:-1], middle), keys[-1]: {"type": "sw"}}
    fabric = {
        "blueprint": "clos", "tiers": tiers, "hosts": hosts(count),
        "leaf": {"type": "sw", "down": 4, "up": 2}, **upper,
    }  # fmt: skip
    return site({"f": fabric}, SMALL)


def two_fabrics():
    """East and west, joined over a WAN site."""
    leaf = {"type": "sw", "down": 16, "up": 8}
    fabric = {"blueprint": "leaf-spine", "hosts": hosts(2), "leaf": leaf, "spine": {"type": "sw"}}
    wan = {"sites": {"hub": {}}, "links": {
        "a": {"a": "east", "b": "hub", "rate": "100Gb/s", "delay": "1ms"},
        "b": {"a": "west", "b": "hub", "rate": "100Gb/s", "delay": "1ms"},
    }}  # fmt: skip
    return site({"east": fabric, "west": fabric}, wan=wan)
