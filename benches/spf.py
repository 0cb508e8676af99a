"""All-sources distances on a fat-tree, against networkx in the same run; prints the ratio.

Usage: python benches/spf.py [k]
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.kernel.graphs import fat_tree
from tests.rivals.test_networkx import seconds_of_networkx, seconds_per_source

BAR = 50.0


def main(k: int) -> int:
    """Print both times and their ratio; fail below the bar."""
    tree = fat_tree(k)
    tree.transit[:] = True
    nodes = np.arange(tree.n, dtype=np.int32)
    ours, found = seconds_per_source(tree, nodes)
    sample = nodes[:: max(tree.n // 20, 1)]
    theirs, known = seconds_of_networkx(tree, sample)
    assert np.array_equal(found[sample], known), "the distances differ"
    print(f"fat-tree k={k}: {tree.n} nodes, {tree.links} directed links, all sources")
    print(f"easterly {ours * 1e6:9.1f} us per source, {ours * tree.n:.2f} s in all")
    print(f"networkx {theirs * 1e6:9.1f} us per source (best of {len(sample)} sources)")
    print(f"ratio    {theirs / ours:9.0f}  (bar {BAR:.0f})")
    return 0 if theirs / ours >= BAR else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 16))
