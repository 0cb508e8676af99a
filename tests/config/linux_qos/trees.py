"""Class trees as anyone might want them, and a machine that runs classic BPF programs."""

from __future__ import annotations

from hypothesis import strategies as st

from easterly.model.cards import Card, Reaction
from easterly.model.shaping import LinuxQos, Policer, Settings, ShapedClass, Shaper

M = 10**6
NAMES = st.text("abcdefghij -_.0123", min_size=1, max_size=12).filter(lambda name: name.strip() == name)


def shaped(
    name: str, minor: int, parent: str | None, rate_bps: int, ceil_bps: int | None = None, **more
) -> ShapedClass:
    given = {"quantum_B": 1514, "burst_B": 15140, "cburst_B": 15140} | more
    return ShapedClass(name, minor, parent, rate_bps, ceil_bps or rate_bps, **given)


@st.composite
def shapers(draw: st.DrawFn, device: str = "port", leaf=("fq_codel", "pfifo", "bfifo"), most_bps=10**11) -> Shaper:
    count = draw(st.integers(1, 9))
    names = draw(st.lists(NAMES, min_size=count, max_size=count, unique=True))
    minors = draw(st.lists(st.integers(2, 0xFFFF), min_size=count, max_size=count, unique=True))
    above = [draw(st.integers(-1, i - 1)) for i in range(count)]
    depth: list[int] = []
    for i, parent in enumerate(above):
        if parent >= 0 and depth[parent] > 5:
            above[i] = parent = -1
        depth.append(0 if parent < 0 else depth[parent] + 1)
    free = draw(st.permutations(range(64)))
    kinds = [draw(st.sampled_from(leaf)) for _ in above]
    limits = [draw(st.none() | st.integers(1, 10**6)) for _ in above]
    classes = []
    for i, parent in enumerate(above):
        rate = draw(st.integers(8, most_bps))
        ceil = draw(st.integers(rate, most_bps))
        bursts = [draw(st.integers(1, min(10**6, most * 34))) for most in (rate, ceil)]
        took = 0 if i in above else draw(st.integers(0, 4))
        points, free = tuple(sorted(free[:took])), free[took:]
        classes.append(ShapedClass(
            names[i], minors[i], None if parent < 0 else names[parent], rate, ceil, draw(st.integers(1, 10**6)),
            *bursts, draw(st.integers(0, 7)), points, *(("pfifo", None) if i in above else (kinds[i], limits[i])),
        ))  # fmt: skip
    leaves = [name for i, name in enumerate(names) if i not in above]
    return Shaper(device, tuple(classes), draw(st.sampled_from(leaves)), draw(st.sampled_from(["u32", "bpf"])))


@st.composite
def policers(draw: st.DrawFn, device: str = "port", engines=("nft", "tc")) -> Policer:
    engine = draw(st.sampled_from(engines))
    points = tuple(sorted(draw(st.sets(st.integers(0, 63), max_size=4))))
    return Policer(
        draw(NAMES), device, 8 * draw(st.integers(1, 10**10)), draw(st.integers(1, 10**8)), points, engine,
        "ingress" if engine == "tc" else draw(st.sampled_from(["ingress", "egress"])),
        draw(st.none() | st.integers(0, 63)) if engine == "nft" and points else None,
    )  # fmt: skip


WORDS = st.text("abc.0123", min_size=1, max_size=8)


@st.composite
def cards(draw: st.DrawFn) -> Card:
    """Any interface that a driver takes: shares of 100 in all, or none and everything strict."""
    strict = draw(st.sets(st.integers(0, 7)))
    weighted = sorted(set(range(8)) - strict)
    weight = [0] * 8
    if weighted:
        cuts = sorted(draw(st.lists(st.integers(0, 100), min_size=len(weighted) - 1, max_size=len(weighted) - 1)))
        for row, low, high in zip(weighted, [0, *cuts], [*cuts, 100], strict=True):
            weight[row] = high - low
    paused = draw(st.sets(st.integers(0, 7)))
    points = draw(st.lists(st.integers(0, 7), min_size=64, max_size=64))
    return Card(tuple(sorted(paused)), tuple(sorted(strict)), tuple(weight), tuple(points))


REACTIONS = st.builds(
    Reaction,
    st.sets(st.integers(0, 7)).map(lambda found: tuple(sorted(found))),
    st.integers(1, 1023).map(lambda kept: 1 - kept / 1024),
    *[st.integers(1, 10**5).map(lambda us: us * 1e-6)] * 2,
    st.integers(1, 10**9).map(float),
    st.integers(1, 31),
    st.integers(1, 10**5).map(lambda mbps: mbps * 1e6),
    st.integers(0, 10**5).map(lambda us: us * 1e-6),
    st.none() | st.integers(0, 63),
    st.none() | st.integers(0, 7),
)
PORTS = st.sampled_from(["nic0", "nic1", "eth0"])
SETTINGS = st.builds(
    Settings,
    st.dictionaries(WORDS, st.lists(WORDS, min_size=1).map(" ".join), max_size=3),
    st.dictionaries(WORDS, st.dictionaries(WORDS, st.booleans(), min_size=1), max_size=2),
    st.dictionaries(WORDS, st.integers(0, 64), max_size=2),
    st.dictionaries(WORDS, st.text("ab c'\"$=;", max_size=8), max_size=3),
    st.dictionaries(st.tuples(WORDS, WORDS).map(" ".join), WORDS, max_size=2),
    st.dictionaries(PORTS, cards(), max_size=2),
    st.dictionaries(PORTS, REACTIONS, max_size=2),
)
MACHINES = st.builds(
    LinuxQos,
    st.just("h0"),
    st.lists(shapers(), max_size=1).map(tuple),
    st.lists(policers(), max_size=3).map(tuple),
    SETTINGS,
)


def run_bpf(program: list[tuple[int, int, int, int]], ethertype: int, packet: bytes) -> int:
    """Interpret a classic BPF program (McCanne & Jacobson 1993) as the kernel does, over an IP packet."""
    at, acc = 0, 0
    while True:
        code, true, false, k = program[at]
        at += 1
        match code:
            case 0x28 if k == 0xFFFFF000:
                acc = ethertype
            case 0x28:
                acc = int.from_bytes(packet[k - 0xFFF00000 :][:2], "big")
            case 0x30:
                acc = packet[k - 0xFFF00000]
            case 0x15:
                at += true if acc == k else false
            case 0x05:
                at += k
            case 0x74:
                acc >>= k
            case 0x54:
                acc &= k
            case 0x06:
                return k
            case _:
                raise AssertionError(code)
