"""Known answer 32: the same bytes at every level of optimisation."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

CPP = Path(__file__).parents[2] / "cpp"
MAIN = r"""
#include <cstdio>
#include "packet/engine.hpp"
using namespace easterly::packet;
int main() {
    for (int law = 0; law < 4; ++law) {
        Engine e(7, 10);
        const int hosts = 12;
        e.ports.resize(2 * hosts), e.links.resize(2 * hosts);
        for (int l = 0; l < 2 * hosts; ++l) {
            e.ports[l].set_rate(l % 2 ? 100'000'000'000 : 99'999'991'000), e.ports[l].delay = 1'000'000;
            e.ports[l].limit = e.ports[l].takes(30'000), e.ports[l].mark_from = e.ports[l].takes(9'000);
            e.links[l].to = e.ports[l].takes(20'000), e.links[l].most = 0.3, e.links[l].loss = 0.003;
        }
        e.rules.resize(1);
        e.rules[0].law = static_cast<Law>(law);
        for (int h = 0; h + 1 < hosts; ++h) {
            Flow f;
            f.packets = 300, f.last_B = 777;
            f.path = static_cast<std::uint32_t>(e.route.size()), f.back = f.path + 3;
            e.route.insert(e.route.end(), {2 * h, 2 * hosts - 1, -1, 2 * hosts - 2, 2 * h + 1, -1});
            e.flows.push_back(f);
        }
        e.begin();
        while (e.run(INT64_MAX, 1 << 20)) {}
        for (const Flow& f : e.flows)
            std::printf("%lld %lld %u %u ", (long long)f.delivered, (long long)f.acknowledged, f.again, f.marked);
        std::printf("%llu %llu %lld\n", (unsigned long long)e.hops, (unsigned long long)e.events, (long long)e.now());
    }
}
"""


def compiler() -> list[str]:
    """The one that builds the core: what CXX says, or the first that is there."""
    for said in (os.environ.get("CXX", ""), "c++", "g++", "clang++"):
        words = shlex.split(said)
        if words and shutil.which(words[0]):
            return words
    raise FileNotFoundError("no C++ compiler, which a build needs: see tools/preflight.sh")


@pytest.mark.slow
def test_the_same_bytes_whatever_the_optimisation(tmp_path):
    (tmp_path / "main.cpp").write_text(MAIN)
    sources = [tmp_path / "main.cpp", *sorted((CPP / "packet").glob("*.cpp")), CPP / "maths" / "elementary.cpp"]
    said = []
    for level in ("-O2", "-O3"):
        out = tmp_path / f"x{level}"
        command = [*compiler(), "-std=c++20", level, "-ffp-contract=off", f"-I{CPP}", *map(str, sources)]
        subprocess.run([*command, "-o", str(out)], check=True)
        said.append(subprocess.run([str(out)], capture_output=True, text=True, check=True).stdout)
    assert said[0] == said[1] and len(said[0].splitlines()) == 4
