"""Meters: token buckets, leaky buckets, three-colour markers; alone, in trees, shared, and in clusters."""

from easterly.qos.meters.buckets import Gcra, LeakyBucket, Policed, Shaped, TokenBucket, police, shape
from easterly.qos.meters.clusters import Cluster, Enforced, enforce, fair_shares
from easterly.qos.meters.groups import BucketTree, Judged, judge
from easterly.qos.meters.markers import (
    GREEN,
    LETTERS,
    RED,
    YELLOW,
    Marked,
    Marker,
    Rfc4115,
    SrTcm,
    TrTcm,
    colour_column,
    credit_B,
    mark,
)

__all__ = [
    "GREEN", "LETTERS", "RED", "YELLOW", "BucketTree", "Cluster", "Enforced", "Gcra", "Judged", "LeakyBucket",
    "Marked", "Marker", "Policed", "Rfc4115", "Shaped", "SrTcm", "TokenBucket", "TrTcm", "colour_column", "credit_B",
    "enforce", "fair_shares", "judge", "mark", "police", "shape",
]  # fmt: skip
