"""Hash functions of switches and hosts, and how they split traffic."""

from easterly._kernel._core.hash import (
    affine,
    apportion,
    jhash,
    overtaken,
    reduction_curve,
    rendezvous,
    siphash,
    spray,
)

__all__ = ["affine", "apportion", "jhash", "overtaken", "reduction_curve", "rendezvous", "siphash", "spray"]
