"""Token buckets, leaky buckets and three-colour markers."""

from easterly._kernel._core.meter import (
    Cluster,
    Differential,
    Gcra,
    Shaper,
    SingleRate,
    TokenBucket,
    Tree,
    TwoRate,
    share,
)

__all__ = ["Cluster", "Differential", "Gcra", "Shaper", "SingleRate", "TokenBucket", "Tree", "TwoRate", "share"]
