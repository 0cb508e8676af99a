"""GPUs and other accelerators: dense peak, memory and scale-up bandwidth, from the vendors' data sheets.

Peaks are *dense*: where a data sheet prints figures "with sparsity" they are halved. Scale-up bandwidth is
per GPU and per direction: half of what data sheets call total or bidirectional bandwidth. Memory is counted in
powers of two, whatever the data sheets call it: an H100 "of 80 GB" shows 81,559 MiB to its driver, an H200 "of 141 GB"
143,771 MiB.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from easterly.base.schema import Doc, Unit

TERA = 1e12
GB = 1e9
GiB = 2.0**30
BITS_PER_GB = 8e9

A100_FLOPs = 312e12

A100_CURVE = ((1e9, 0.25), (1e10, 0.50), (1e11, 0.69), (1e12, 0.78))
"""Work of one matrix product [FLOP] and the share of an A100's 16-bit peak that it reaches in training.

The points from 1e11 on, and `MEMORY_SHARE`, are *fitted* to the eight step times of table 5 of Korthikanti et al. 2022
(arXiv 2205.05198), whose products have 0.8e11 to 1.3e12 FLOP, with communication at what nccl-tests measure. Those below
lie where that table says nothing; they only keep small products from being free.
"""

HOPPER = 0.75
"""Shares of an H100's peak over the A100's at as large products: *fitted* to the 430 TFLOP/s of Llama 3 405B on 8,192
GPUs (arXiv 2407.21783, table 4), so that it holds what such a cluster loses besides. Taken over for every GPU that is
not older: no published step time was compared with those."""

MEMORY_SHARE = 0.85
"""Share of the memory's rate that streaming kernels reach; fitted together with `A100_CURVE`."""


@dataclass(frozen=True, slots=True)
class Gpu:
    """One model of GPU.

    Attributes
    ----------
    peak_FLOPs : dict of str to float [FLOP/s]
        By number format (``bf16``, ``fp16``, ``fp32``, ``fp8``); a format that the GPU lacks, or whose rate its
        data sheet does not give, is absent. ``fp32`` is the rate of plain 32-bit arithmetic, not of TF32.
    """

    name: Annotated[str, Doc("Name.")]
    peak_FLOPs: Annotated[dict[str, float], Unit("FLOP/s"), Doc("Dense peak by number format.")]
    memory_B: Annotated[float, Unit("B"), Doc("Memory.")]
    memory_Bps: Annotated[float, Unit("B/s"), Doc("Rate of the memory.")]
    scaleup_bps: Annotated[float, Unit("bit/s"), Doc("Scale-up bandwidth in each direction.")]
    source: Annotated[str, Doc("Public source.")]
    reach: Annotated[float, Unit("1"), Doc("Shares of large products over those of the A100's curve.")] = HOPPER
    memory_share: Annotated[float, Unit("1"), Doc("Share of the memory's rate that kernels reach.")] = MEMORY_SHARE

    @property
    def half_FLOPs(self) -> float:
        """Dense peak in 16 bits."""
        return self.peak_FLOPs["bf16" if "bf16" in self.peak_FLOPs else "fp16"]

    @property
    def attention(self) -> Literal["fused", "unfused"]:
        """How attention was computed in the step times that the shares come from: A100's are of 2022, H100's of 2024."""
        return "unfused" if self.reach == 1.0 else "fused"

    @property
    def efficiency(self) -> tuple[tuple[float, float], ...]:
        """Work of a matrix product [FLOP] and the share of the 16-bit peak that it reaches.

        The A100's shares times `reach`, at sizes that grow with the peak.
        """
        return tuple((flop * self.half_FLOPs / A100_FLOPs, share * self.reach) for flop, share in A100_CURVE)


def _gpu(
    name: str,
    peaks: dict[str, float],
    memory_GB: float,
    memory_GBps: float,
    scaleup_GBps: float,
    source: str,
    reach: float = HOPPER,
) -> Gpu:
    """Build one entry from TFLOP/s, GB and GB/s; ``half`` are both 16-bit formats."""
    half = {"bf16": peaks["half"], "fp16": peaks["half"]} if "half" in peaks else {}
    given = {dtype: tera for dtype, tera in peaks.items() if dtype != "half"}
    rates = {dtype: tera * TERA for dtype, tera in (half | given).items()}
    return Gpu(name, rates, memory_GB * GiB, memory_GBps * GB, scaleup_GBps * BITS_PER_GB, source, reach)


_A100 = {"half": 312, "fp32": 19.5}
_H100 = {"half": 989.5, "fp32": 67, "fp8": 1979}
_MI300 = {"half": 1307.4, "fp32": 163.4, "fp8": 2614.9}
_TPU = "Google Cloud documentation, TPU {}; inter-chip links of one chip together, a torus"

_GPUS = {
    gpu.name: gpu
    for gpu in (
        _gpu("v100-sxm2", {"fp16": 125, "fp32": 15.7}, 32, 900, 150, "NVIDIA V100 Tensor Core GPU data sheet", 1.0),
        _gpu("a100-pcie-80", _A100, 80, 1935, 300, "NVIDIA A100 data sheet; NVLink bridge between two GPUs", 1.0),
        _gpu("a100-sxm-40", _A100, 40, 1555, 300, "NVIDIA A100 Tensor Core GPU data sheet", 1.0),
        _gpu("a100-sxm-80", _A100, 80, 2039, 300, "NVIDIA A100 Tensor Core GPU data sheet", 1.0),
        _gpu("h100-sxm", _H100, 80, 3350, 450, "NVIDIA H100 Tensor Core GPU data sheet"),
        _gpu(
            "h100-pcie", {"half": 756.5, "fp32": 51, "fp8": 1513}, 80, 2000, 300,
            "NVIDIA H100 Tensor Core GPU data sheet of 2022; NVLink bridge between two GPUs",
        ),
        _gpu(
            "h100-nvl", {"half": 835.5, "fp32": 60, "fp8": 1671}, 94, 3900, 300,
            "NVIDIA H100 Tensor Core GPU data sheet; NVLink bridge between two GPUs",
        ),
        _gpu(
            "h800-sxm", _H100, 80, 3350, 200,
            "as H100; NVLink cut from 900 to 400 GB/s both ways: DeepSeek-AI 2025, arXiv 2505.09343",
        ),
        _gpu("h200-sxm", _H100, 141, 4800, 450, "NVIDIA H200 Tensor Core GPU data sheet"),
        _gpu(
            "b200", {"half": 2250, "fp32": 75, "fp8": 4500}, 180, 8000, 900,
            "NVIDIA DGX B200 data sheet, an eighth of the system",
        ),
        _gpu(
            "gb200", {"half": 2500, "fp32": 80, "fp8": 5000}, 186, 8000, 900,
            "NVIDIA GB200 NVL72 data sheet, a 72nd of the rack",
        ),
        _gpu(
            "b300", {"half": 2250, "fp8": 4500}, 288, 8000, 900, "NVIDIA DGX B300 data sheet, an eighth of the system"
        ),
        _gpu(
            "mi250x", {"half": 383, "fp32": 47.9}, 128, 3277, 400,
            "AMD Instinct MI250X data sheet; eight links of 50 GB/s",
        ),
        _gpu("mi300x", _MI300, 192, 5300, 448, "AMD Instinct MI300X data sheet; seven links of 64 GB/s"),
        _gpu("mi325x", _MI300, 256, 6000, 448, "AMD Instinct MI325X data sheet; seven links of 64 GB/s"),
        _gpu(
            "mi355x", {"half": 2516.6, "fp32": 157.3, "fp8": 5033.2}, 288, 8000, 537.6,
            "AMD Instinct MI355X data sheet; seven links of 76.8 GB/s",
        ),
        _gpu("tpu-v4", {"bf16": 275}, 32, 1228, 300, _TPU.format("v4")),
        _gpu("tpu-v5e", {"bf16": 197}, 16, 819, 200, _TPU.format("v5e")),
        _gpu("tpu-v5p", {"bf16": 459}, 95, 2765, 600, _TPU.format("v5p")),
        _gpu(
            "gaudi2", {"bf16": 432, "fp8": 865}, 96, 2450, 262.5,
            "Intel Gaudi 2 white paper; 21 of its 24 ports of 100 Gb/s",
        ),
        _gpu(
            "gaudi3", {"bf16": 1835, "fp8": 1835}, 128, 3700, 525,
            "Intel Gaudi 3 white paper; 21 of its 24 ports of 200 Gb/s",
        ),
    )
}  # fmt: skip


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
