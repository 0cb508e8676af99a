"""All targets of a site of 1,040 devices rendered: seconds on one core by target; fails above its bar.

Usage: python benches/render.py [hosts]
"""

from __future__ import annotations

import sys
import time

from shared.clos import clos

from easterly import config
from easterly.study.nouns import Nouns
from easterly.study.rendering import doubts, sources

BAR_S = 20.0


def main() -> int:
    """Print seconds of each target; 1 where all together take too long."""
    hosts = int(sys.argv[1]) if len(sys.argv) > 1 else 640
    nouns = Nouns(clos(hosts, hosts // 32))
    network = nouns.network.value
    begun = time.thread_time()
    given = sources(nouns)
    print(f"{hosts + int(network.transit.sum()):,} devices; plan and next hops {time.thread_time() - begun:.2f} s")
    total_s, files = 0.0, {}
    for name in config.TARGETS:
        begun = time.thread_time()  # processor time: other work on the machine counts less
        files |= config.files_of(given, [name])
        took_s = time.thread_time() - begun
        size_B = sum(len(file.text) for file in files[name])
        print(f"{name:<11}{len(files[name]):>7,} files {size_B / 1e6:>8.1f} MB {took_s:>7.2f} s")
        total_s += took_s
    print(f"all targets {total_s:.2f} s, bar {BAR_S:g} s")
    begun = time.thread_time()
    found = doubts(nouns, files)
    print(f"checks of their text {time.thread_time() - begun:.2f} s, {len(found)} findings")
    return int(total_s > BAR_S)


if __name__ == "__main__":
    sys.exit(main())
