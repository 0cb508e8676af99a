"""Class trees for the lab: the one of the textbook, and others drawn at random."""

from __future__ import annotations

import random

from easterly.config.linux.qos.planned import bucket_B
from easterly.model.shaping import ShapedClass, Shaper

M = 10**6
LINK = 100 * M
FRAME_B = 1514
TICK_S = 0.01
"""What buckets last for, on a machine that may be busy with something else."""
POINTS = (10, 18, 26, 34, 46, 8, 0)


def shaped(
    name: str, minor: int, parent: str | None, rate_bps: int, ceil_bps: int = LINK, quantum_B: int = FRAME_B,
    priority: int = 0, dscp: tuple[int, ...] = (),
) -> ShapedClass:  # fmt: skip
    bursts = (bucket_B(rate_bps, FRAME_B, TICK_S), bucket_B(ceil_bps, FRAME_B, TICK_S))
    return ShapedClass(name, minor, parent, rate_bps, ceil_bps, quantum_B, *bursts, priority, dscp)


def three(**quanta: int) -> Shaper:
    """30, 10 and 60 Mb/s; the last is strict and gets no more than that, the others borrow three to one."""
    return Shaper("out", (
        shaped("link", 1, None, LINK),
        shaped("gold", 0x10, "link", 30 * M, LINK, quanta.get("gold", 3 * FRAME_B), 1, (10,)),
        shaped("rest", 0x11, "link", 10 * M, LINK, quanta.get("rest", FRAME_B), 1, (0,)),
        shaped("voice", 0x12, "link", 60 * M, 60 * M, FRAME_B, 0, (46,)),
    ), "rest")  # fmt: skip


def drawn(seed: int) -> tuple[Shaper, tuple[str, ...]]:
    """A tree of two to four classes below the link, some of them with classes of their own; and which are busy."""
    rng = random.Random(seed)
    points, minors = iter(rng.sample(POINTS, len(POINTS))), iter(rng.sample(range(2, 200), 20))
    classes, leaves = [shaped("link", 1, None, LINK)], []
    shares = split(rng, 100, rng.randint(2, 4))
    for i, share in enumerate(shares):
        ceil = LINK if rng.random() < 0.7 else rng.randint(share, 100) * M
        quantum, priority = rng.randint(1, 9) * FRAME_B, rng.choice((0, 1))
        name, deep = f"c{i}", rng.random() < 0.4 and share >= 10
        dscp = () if deep else (next(points),)
        classes.append(shaped(name, next(minors), "link", share * M, ceil, quantum, priority, dscp))
        if not deep:
            leaves.append(name)
            continue
        for j, part in enumerate(split(rng, share, 2)):
            quantum, dscp = rng.randint(1, 9) * FRAME_B, (next(points),)
            leaves.append(f"{name}.{j}")
            classes.append(shaped(leaves[-1], next(minors), name, part * M, ceil, quantum, 0, dscp))
    busy = rng.sample(leaves, max(2, len(leaves) - rng.randint(0, 1)))
    return Shaper("out", tuple(classes), leaves[0], rng.choice(("u32", "bpf"))), tuple(sorted(busy))


def split(rng: random.Random, whole: int, parts: int) -> list[int]:
    """Cut a whole into unequal parts of at least 3."""
    cuts = sorted(rng.sample(range(1, whole - 3 * parts + parts), parts - 1))
    return [b - a + 2 for a, b in zip([0, *cuts], [*cuts, whole - 2 * parts], strict=True)]
