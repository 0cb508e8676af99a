"""The running kernel chooses the next hops that are computed: it is asked flow by flow, and nothing is sent."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pytest
from tests.lab import absent, require_root

from easterly.app.lab import Space, spaces
from easterly.route.hashing import hash_of, tuples_of
from easterly.route.hashing.linux import by_threshold

pytestmark = pytest.mark.lab
SYSCTLS = Path("/proc/sys/net")
FLOWS = 300
WEIGHTS = [1, 2, 3, 1]
NETS = {4: ("10.77", "198.18.0.0/16"), 6: ("2001:db8:77", "2001:db8:ff::/48")}


@pytest.fixture(scope="module")
def router():
    require_root("ip")
    if not (SYSCTLS / "ipv4/fib_multipath_hash_seed").exists():
        absent("this kernel has no fib_multipath_hash_seed (Linux 6.11)")
    with spaces("r") as (made,):
        made.run("ip", "-batch", "-", text="".join(f"{line}\n" for line in lines()))
        yield made


def lines():
    for i, weight in enumerate(WEIGHTS):
        yield f"link add e{i} type veth peer name f{i}"
        yield from (f"link set {end}{i} up" for end in "ef")
        yield f"addr add 10.77.{i}.1/24 dev e{i}"
        yield f"addr add 2001:db8:77:{i}::1/64 dev e{i} nodad"
        yield f"nexthop add id {i + 1} via 10.77.{i}.2 dev e{i}"
        yield f"nexthop add id {i + 11} via 2001:db8:77:{i}::2 dev e{i}"
        assert weight < 256
    for base in (0, 10):
        yield f"nexthop add id {base + 5} group " + "/".join(f"{base + i + 1},{w}" for i, w in enumerate(WEIGHTS))
    hops = [f"nexthop via {{}}{i}{{}}2 dev e{i} weight {w}" for i, w in enumerate(WEIGHTS)]
    yield "route add 198.18.0.0/17 " + " ".join(hop.format("10.77.", ".") for hop in hops)
    yield "route add 2001:db8:ff::/49 " + " ".join(hop.format("2001:db8:77:", "::") for hop in hops)
    yield "route add 198.18.128.0/17 nhid 5"
    yield "route add 2001:db8:ff:8000::/49 nhid 15"


def tell(space: Space, **values: int) -> None:
    def write() -> None:
        for name, value in values.items():
            (SYSCTLS / name.replace("__", "/")).write_text(str(value))

    space.call(write)


def drawn(version: int, group: bool, random: Random):
    """Addresses and ports of flows to what the routes are for."""
    if version == 4:
        src = [f"172.16.{random.randrange(256)}.{random.randrange(1, 255)}" for _ in range(FLOWS)]
        dst = [f"198.18.{random.randrange(128) + 128 * group}.{random.randrange(1, 255)}" for _ in range(FLOWS)]
    else:
        src = [f"2001:db8:{random.randrange(1, 99):x}::{random.randrange(1, 1 << 16):x}" for _ in range(FLOWS)]
        dst = [f"2001:db8:ff:{0x8000 * group + random.randrange(1 << 15):x}::7" for _ in range(FLOWS)]
    return src, dst, *([random.randrange(1, 1 << 16) for _ in range(FLOWS)] for _ in range(2))


def chosen(space: Space, version: int, protocol: str, flows) -> list[int]:
    """Next hop of each flow as a packet from outside would get it."""
    asked = [f"route get {d} from {s} iif e0 ipproto {protocol} sport {p} dport {q}\n"
             for s, d, p, q in zip(*flows, strict=True)]  # fmt: skip
    told, made = space.run("ip", "-j", f"-{version}", "-batch", "-", text="".join(asked)).strip(), []
    while told:
        [answer], end = json.JSONDecoder().raw_decode(told)
        made.append(int(answer["dev"][1:]))
        told = told[end:].strip()
    return made


@pytest.mark.parametrize("group", [False, True], ids=["multipath", "group"])
@pytest.mark.parametrize("version", [4, 6])
@pytest.mark.parametrize(("policy", "function"), [(0, "linux-l3"), (1, "linux-l4")])
def test_the_kernel_takes_the_next_hops_that_are_computed(router, version, group, policy, function) -> None:
    random = Random(f"{version} {group} {policy}")
    for protocol, number in (("udp", 17), ("tcp", 6)):
        seed = random.randrange(1, 1 << 32)
        tell(router, ipv4__ip_forward=1, ipv6__conf__all__forwarding=1, ipv4__fib_multipath_hash_seed=seed,
             ipv4__fib_multipath_hash_policy=policy, ipv6__fib_multipath_hash_policy=policy)  # fmt: skip
        flows = drawn(version, group, random)
        wanted = by_threshold(hash_of(tuples_of(*flows, number), function, seed=seed), WEIGHTS).tolist()
        found = chosen(router, version, protocol, flows)
        assert found == wanted
        assert len(set(found)) == len(WEIGHTS)
