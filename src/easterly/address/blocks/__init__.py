"""Blocks of a site: hierarchical requirements cut out of pools, with room to grow and borders said in one line."""

from easterly.address.blocks.cut import cut
from easterly.address.blocks.tree import Tree, faults, tree

__all__ = ["Tree", "cut", "faults", "tree"]
