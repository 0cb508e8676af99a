"""What one GPU can do: arithmetic at a share of its peak that grows with the work, and memory at its rate."""

from __future__ import annotations

from dataclasses import dataclass

from easterly.demand.facts import peak_FLOPs
from easterly.model.catalog import gpus
from easterly.model.spec.hardware import HostType
from easterly.model.spec.job import Job

REFERENCE = "a100-sxm-80"
"""GPU whose curve and ratio of memory rate to peak stand in for a GPU that nobody describes."""

FUSED_FORWARD, FUSED_BACKWARD = 0.8, 0.65
"""Speed of fused attention over that of large matrix products: 60 and 49 % of an A100's peak with the catalog's curve,
where FlashAttention-2 has 50 to 73 % (Dao 2023, arXiv 2307.08691)."""


@dataclass(frozen=True, slots=True)
class Matmul:
    """Matrix products (rows x inner) (inner x columns), `count` of them at once.

    >>> Matmul(2, 3, 4).flop, Matmul(2, 3, 4).elements
    (48.0, 26.0)
    """

    rows: float
    inner: float
    columns: float
    count: float = 1.0

    @property
    def flop(self) -> float:
        """Multiplications and additions of all."""
        return 2.0 * self.rows * self.inner * self.columns * self.count

    @property
    def elements(self) -> float:
        """Numbers read and written by all."""
        return (self.rows * self.inner + self.inner * self.columns + self.rows * self.columns) * self.count


@dataclass(frozen=True, slots=True)
class Roofline:
    """One GPU.

    Attributes
    ----------
    peak_FLOPs : float [FLOP/s]
        Dense peak in the number format of the matrices.
    core_FLOPs : float [FLOP/s]
        The same for attention scores, which stay in 16 bits where the matrices have 8.
    memory_Bps : float [B/s]
        What streaming kernels reach of the memory's rate.
    curve : tuple of (float [FLOP], float)
        Work of a product and the share of the peak that it reaches, by rising work.
    """

    peak_FLOPs: float
    core_FLOPs: float
    memory_Bps: float
    curve: tuple[tuple[float, float], ...]

    def share(self, flop: float) -> float:
        """Share of the peak that a product of that work reaches.

        Between two points of the curve time grows linearly with the work, as with a fixed cost and a rate; outside
        them the share is that of the nearest.

        >>> gpu = Roofline(1e12, 1e12, 1e12, ((1e9, 0.25), (4e9, 0.5)))
        >>> gpu.share(1e6), gpu.share(2e9), gpu.share(1e12)
        (0.25, 0.375, 0.5)
        """
        if flop <= self.curve[0][0]:
            return self.curve[0][1]
        for (f0, e0), (f1, e1) in zip(self.curve, self.curve[1:], strict=False):
            if flop <= f1:
                time = f0 / e0 + (f1 / e1 - f0 / e0) * (flop - f0) / (f1 - f0)
                return flop / time
        return self.curve[-1][1]

    def fused_s(self, flop: float, speed: float) -> float:
        """Time of fused attention, at a multiple of the speed of the largest products."""
        return flop / (self.core_FLOPs * self.curve[-1][1] * speed)

    def matmul_s(self, one: Matmul, number_B: float) -> float:
        """Time of products: arithmetic or memory, whichever takes longer (Williams et al. 2009, roofline)."""
        return max(one.flop / (self.peak_FLOPs * self.share(one.flop)), self.stream_s(one.elements * number_B))

    def stream_s(self, size_B: float) -> float:
        """Time to read and write bytes of the GPU's memory."""
        return size_B / self.memory_Bps


def roofline(job: Job, host: HostType) -> Roofline:
    """The GPU that a job runs on: the host's figures before the catalog's.

    A GPU of its own whose memory rate is not given has that of the reference GPU per FLOP/s. The curve of a GPU holds
    for its 16-bit peak; for another peak the sizes at which the shares are reached grow with it.

    Raises
    ------
    FindingsError
        E214 the catalog has no such GPU, E612 the GPU has no arithmetic of the job's number format.
    """
    peak, known = peak_FLOPs(job, host), gpus.lookup(host.gpu if host.gpu in gpus.names() else REFERENCE)
    base = known.half_FLOPs
    memory_Bps = known.memory_Bps if host.gpu in gpus.names() else known.memory_Bps * peak / base
    if host.memory_rate is not None:
        memory_Bps = host.memory_rate / 8
    curve = tuple(sorted((point.flop, point.share) for point in host.efficiency))
    return Roofline(
        peak_FLOPs=peak,
        core_FLOPs=peak / 2 if job.dtype == "fp8" else peak,
        memory_Bps=memory_Bps * known.memory_share,
        curve=curve or tuple((flop * peak / base, share) for flop, share in known.efficiency),
    )
