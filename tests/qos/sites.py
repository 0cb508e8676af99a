"""Sites drawn at random: everything that can be stated of classes, tenants and switches, wise or not."""

from __future__ import annotations

from itertools import pairwise
from random import Random
from typing import Any

from easterly.model.catalog import chips

Spec = dict[str, Any]


def parts(rng: Random, count: int) -> list[str]:
    """Whole percents, at least 1 each, that add up to 100."""
    cuts = sorted(rng.sample(range(1, 100), count - 1))
    return [f"{b - a}%" for a, b in pairwise([0, *cuts, 100])]


def drawn(rng: Random) -> Spec:
    """A site; many are refused by the rules, and must be."""
    rate = rng.choice(["100Gb/s", "400Gb/s", "800Gb/s"])
    classes = _classes(rng)
    return {
        "version": 1, "site": {"name": "drawn"},
        "hardware": {
            "switches": {"sw": _switch(rng, rate)},
            "hosts": {"h": {"gpus": 8, "nics": 8, "nic_rate": rate, "gpu": "h100-sxm"}},
        },
        "fabrics": {"train": {
            "blueprint": "leaf-spine", "hosts": {"type": "h", "count": rng.choice([2, 8])},
            "leaf": {"type": "sw", "down": rng.choice([16, 32]), "up": rng.choice([8, 32])}, "spine": {"type": "sw"},
            "cables": {"host": rng.choice(["1m", "30m"]), "leaf": rng.choice(["3m", "40m", "300m", "2km"])},
        }},
        "classes": classes, "tenants": _tenants(rng, list(classes)),
        "qos": {"mtu": rng.choice(["1518B", "4200B", "9216B"])},
    }  # fmt: skip


def _maybe(rng: Random, chance: float, given: Spec, key: str, *choices: Any) -> None:
    if rng.random() < chance:
        given[key] = rng.choice(choices)


def _switch(rng: Random, rate: str) -> Spec:
    made: Spec = {"ports": 64, "rate": rate}
    _maybe(rng, 0.5, made, "chip", *chips.catalog())
    _maybe(rng, 0.6, made, "buffer", *(f"{size}MB" for size in (2, 8, 16, 32, 64, 100, 200)))
    _maybe(rng, 0.2, made, "queues", 6, 8, 10, 12)
    _maybe(rng, 0.2, made, "headroom", "1MB", "5MB", "10MB")
    _maybe(rng, 0.2, made, "alpha", 0.25, 0.5, 1, 2, 8, 3)
    _maybe(rng, 0.15, made, "guaranteed", "1MB", "5MB")
    _maybe(rng, 0.15, made, "port_guarantee", "10kB", "100kB")
    return made


def _classes(rng: Random) -> Spec:
    count = rng.randrange(1, 9)
    points, made = rng.sample(range(64), count), {}
    for i, (point, share) in enumerate(zip(points, parts(rng, count), strict=True)):
        c: Spec = {"dscp": point, "share": share}
        _maybe(rng, 0.3, c, "lossless", True)
        _maybe(rng, 0.5, c, "ecn", "auto")
        _maybe(rng, 0.0 if "lossless" in c else 0.25, c, "priority", "strict")
        _maybe(rng, 0.15 if "lossless" in c else 0.0, c, "pfc", {"xoff": "100kB"}, {"xoff": "1MB", "xon": "900kB"})
        low, high = rng.choice(["50kB", "100kB", "20%"]), rng.choice(["200kB", "1MB", "60%"])
        _maybe(rng, 0.1, c, "wred", *({"min": low, "max": high, "mark": mark} for mark in ("ecn", "drop")))
        buffer: Spec = {}
        _maybe(rng, 0.15, buffer, "alpha", 0.125, 1, 8, 3)
        _maybe(rng, 0.1, buffer, "size", "10kB", "500kB")
        if rng.random() < 0.15:
            buffer |= {"senders": rng.choice([2, 16, 200]), "window": rng.choice(["9kB", "1MB"])}
        made[f"c{i}"] = {**c, "buffer": buffer} if buffer else c
    _maybe(rng, 0.3, made["c0"], "share", "rest")
    return made


def _tenants(rng: Random, classes: list[str]) -> Spec:
    made: Spec = {}
    for i, share in enumerate(parts(rng, rng.randrange(1, 4))):
        made[f"t{i}"] = {"share": share}
        if rng.random() < 0.6:
            own = rng.sample(classes, rng.randrange(1, len(classes) + 1))
            made[f"t{i}"]["classes"] = dict(zip(own, parts(rng, len(own)), strict=True))
    return made
