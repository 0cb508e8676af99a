"""GPUs: dense peak, memory and scale-up bandwidth, from the vendors' data sheets.

Peaks are *dense*: where a data sheet prints figures "with sparsity" they are halved. Scale-up bandwidth is
per GPU and per direction: half of what data sheets call total or bidirectional bandwidth.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from easterly.base.schema import Doc, Unit

TERA = 1e12
GB = 1e9
BITS_PER_GB = 8e9


@dataclass(frozen=True, slots=True)
class Gpu:
    """One model of GPU.

    Attributes
    ----------
    peak_FLOPs : dict of str to float [FLOP/s]
        By number format (``bf16``, ``fp16``, ``fp32``, ``fp8``); a format that the GPU lacks is absent.
        ``fp32`` is the rate of plain 32-bit arithmetic, not of TF32.
    """

    name: Annotated[str, Doc("Name.")]
    peak_FLOPs: Annotated[dict[str, float], Unit("FLOP/s"), Doc("Dense peak by number format.")]
    memory_B: Annotated[float, Unit("B"), Doc("Memory.")]
    scaleup_bps: Annotated[float, Unit("bit/s"), Doc("Scale-up bandwidth in each direction.")]
    source: Annotated[str, Doc("Public source.")]


def _gpu(name: str, bf16: float, fp32: float, fp8: float, memory_GB: float, scaleup_GBps: float, source: str) -> Gpu:
    """Build one entry from TFLOP/s, GB and GB/s; 0 where the format does not exist."""
    peaks = {"bf16": bf16, "fp16": bf16, "fp32": fp32, "fp8": fp8}
    peak_FLOPs = {dtype: tera * TERA for dtype, tera in peaks.items() if tera}
    return Gpu(name, peak_FLOPs, memory_GB * GB, scaleup_GBps * BITS_PER_GB, source)


_GPUS = {
    gpu.name: gpu
    for gpu in (
        _gpu("a100-sxm-40", 312, 19.5, 0, 40, 300, "NVIDIA A100 Tensor Core GPU data sheet"),
        _gpu("a100-sxm-80", 312, 19.5, 0, 80, 300, "NVIDIA A100 Tensor Core GPU data sheet"),
        _gpu("h100-sxm", 989.5, 67, 1979, 80, 450, "NVIDIA H100 Tensor Core GPU data sheet"),
        _gpu("h200-sxm", 989.5, 67, 1979, 141, 450, "NVIDIA H200 Tensor Core GPU data sheet"),
        _gpu("b200", 2250, 75, 4500, 180, 900, "NVIDIA DGX B200 data sheet, an eighth of the system"),
        _gpu("gb200", 2500, 80, 5000, 186, 900, "NVIDIA GB200 NVL72 data sheet, a 72nd of the rack"),
        _gpu("mi300x", 1307.4, 163.4, 2614.9, 192, 448, "AMD Instinct MI300X data sheet; seven links of 64 GB/s"),
        _gpu("mi325x", 1307.4, 163.4, 2614.9, 256, 448, "AMD Instinct MI325X data sheet; seven links of 64 GB/s"),
    )
}


def names() -> tuple[str, ...]:
    """Names of all GPUs, sorted."""
    return tuple(sorted(_GPUS))


def lookup(name: str) -> Gpu:
    """Find a GPU by its name.

    Raises
    ------
    KeyError
        If the catalog has no GPU of that name; `names` lists those that it has.

    Examples
    --------
    >>> lookup("h100-sxm").peak_FLOPs["bf16"], lookup("h100-sxm").scaleup_bps
    (989500000000000.0, 3600000000000.0)
    """
    return _GPUS[name]
