"""Many buckets: one below another, and one for several flows."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated

import numpy as np
from numpy.typing import ArrayLike

from easterly._kernel import meter as kernel
from easterly.base.columns import BoolColumn, IndexColumn, IntColumn, ints
from easterly.base.schema import Doc, Unit
from easterly.qos.meters.exact import TICKS_PER_S, UNITS_PER_B, row_column, total, whole_column


@dataclass(frozen=True, slots=True, eq=False)
class BucketTree:
    """Token buckets in a hierarchy: a packet conforms only if its bucket and all above hold it, and takes from all.

    What does not conform takes from none. Buckets without a parent are independent; several flows may share a bucket.

    Raises
    ------
    ValueError
        Columns that do not fit or are not whole, a parent that is no earlier bucket, flows of a bucket that is not
        there.

    Examples
    --------
    A tenant of 2000 B above two classes of 1500 B:

    >>> tree = BucketTree.of([0, 0, 0], [2000, 1500, 1500], parent=[-1, 0, 0])
    >>> judge(tree, [0, 0, 0], [1500, 1000, 500], [1, 2, 2]).refused_by.tolist()
    [-1, 0, -1]
    """

    rate_bps: Annotated[IndexColumn, Unit("bit/s"), Doc("(B,) rate of each bucket.")]
    burst_B: Annotated[IndexColumn, Unit("B"), Doc("(B,) depth of each bucket.")]
    parent: Annotated[IntColumn, Doc("(B,) bucket above, an earlier one; -1 for none.")]
    bucket_of: Annotated[IntColumn, Doc("(F,) bucket of each flow.")]

    @classmethod
    def of(
        cls,
        rate_bps: ArrayLike,
        burst_B: ArrayLike,
        *,
        parent: ArrayLike | None = None,
        bucket_of: ArrayLike | None = None,
    ) -> BucketTree:
        """Buckets from columns.

        Parameters
        ----------
        rate_bps : (B,) int [bit/s]
        burst_B : (B,) int [B]
        parent : (B,) int, optional
            All -1 if absent.
        bucket_of : (F,) int, optional
            Bucket of each flow; a flow for each bucket if absent.
        """
        rate, burst = whole_column("rate_bps", rate_bps), whole_column("burst_B", burst_B)
        above = np.full(len(rate), -1) if parent is None else whole_column("parent", parent)
        flows = row_column("bucket_of", np.arange(len(rate)) if bucket_of is None else bucket_of, len(rate))
        if len(above) and not -1 <= above.min() <= above.max() < 2**31:
            raise ValueError("parent holds numbers that are no buckets")
        made = cls(rate, burst, ints(above), ints(flows))
        made.start()
        return made

    @classmethod
    def shared(cls, rate_bps: int, burst_B: int, flows: int) -> BucketTree:
        """One bucket for several flows."""
        return cls.of([rate_bps], [burst_B], bucket_of=np.zeros(flows, dtype=np.int64))

    def start(self, time_ns: int = 0) -> kernel.Tree:
        """Full buckets, to be stepped packet by packet; a step names the bucket."""
        return kernel.Tree(self.rate_bps, self.burst_B, self.parent, TICKS_PER_S, time_ns)


@dataclass(frozen=True, slots=True)
class Judged:
    """Packets that conform to a tree of buckets, and which bucket refused the others."""

    refused_by: Annotated[IntColumn, Doc("(N,) lowest bucket that did not hold a packet; -1 if it conforms.")]
    size_B: Annotated[IndexColumn, Unit("B"), Doc("(N,) sizes of the packets.")]
    credit_B: Annotated[tuple[Fraction, ...], Unit("B"), Doc("Tokens of each bucket after the last packet.")]

    @property
    def conforms(self) -> BoolColumn:
        """Whether a packet passes."""
        return self.refused_by < 0

    @property
    def passed_B(self) -> int:
        """Bytes that pass."""
        return total(self.size_B[self.conforms])


def judge(tree: BucketTree, time_ns: ArrayLike, size_B: ArrayLike, flow: ArrayLike) -> Judged:
    """Judge packets of flows one after the other.

    Parameters
    ----------
    tree : BucketTree
    time_ns : (N,) int [ns]
        From 0 on, ascending; equal times are fine.
    size_B : (N,) int [B]
    flow : (N,) int
        Rows of `BucketTree.bucket_of`.

    Returns
    -------
    Judged

    Raises
    ------
    ValueError
        Columns that do not fit or are not whole, times that fall, negative sizes, flows that are not there.

    Examples
    --------
    >>> judge(BucketTree.shared(0, 2000, flows=2), [0, 0, 0], [1000] * 3, [0, 1, 0]).conforms.tolist()
    [True, True, False]
    """
    running, time, size = tree.start(), whole_column("time_ns", time_ns), whole_column("size_B", size_B)
    bucket = tree.bucket_of[row_column("flow", flow, len(tree.bucket_of))]
    refused_by = running.run(time, size, np.ascontiguousarray(bucket))
    refused_by.flags.writeable = False
    return Judged(refused_by, size, tuple(Fraction(c, UNITS_PER_B) for c in running.state["credit"]))
