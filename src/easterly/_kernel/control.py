"""Fluids of congestion control with delays, their roots and their responses."""

from easterly._kernel._core.control import (
    angle,
    dcqcn,
    dctcp,
    determinant,
    dual,
    lambert,
    primal,
    reno,
    response,
    turn,
)

__all__ = [
    "angle",
    "dcqcn",
    "dctcp",
    "determinant",
    "dual",
    "lambert",
    "primal",
    "reno",
    "response",
    "turn",
]
