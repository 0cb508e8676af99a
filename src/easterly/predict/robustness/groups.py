"""What spreads among groups: who can reach whom is all that matters, as among tenants of a network."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from easterly._kernel import maths
from easterly.base.columns import FloatColumn, bools, floats, indices, texts
from easterly.model.robustness import Segments

ROUNDS = 100_000
CLOSE = 1e-14


def segments(name: Sequence[str], size: ArrayLike, reach: ArrayLike) -> Segments:
    """Groups, and who reaches whom.

    Parameters
    ----------
    name : sequence of str
    size : (G,) int
    reach : (G, G) bool
        Row reaches column.

    Returns
    -------
    Segments

    Raises
    ------
    ValueError
        Sizes below 0, or a table that is not square.

    Examples
    --------
    >>> segments(["a", "b"], [3, 2], np.eye(2)).meets
    array([2, 1])
    """
    sizes, table = np.asarray(size, dtype=np.int64), np.asarray(reach, dtype=np.bool_)
    if sizes.shape != (len(name),) or table.shape != (len(name), len(name)) or (sizes < 0).any():
        raise ValueError(f"{len(name)} groups need a size from 0 on each, and a table of {len(name)} rows and columns")
    return Segments(texts(list(name)), indices(sizes), bools(table.ravel()).reshape(table.shape))


def reproduction(groups: Segments, *, infect: float, recover: float) -> float:
    """Others whom one infects in a generation: largest eigenvalue of the table of who infects how many of whom.

    Parameters
    ----------
    groups : Segments
    infect, recover : float
        Rate between one infected and one susceptible node that it reaches; recovery, above 0.

    Returns
    -------
    float [1]
        Above 1, an outbreak can become large (Diekmann, Heesterbeek & Metz 1990).

    Raises
    ------
    ValueError
        Nobody ever recovers.

    Examples
    --------
    >>> reproduction(segments(["a", "b"], [11, 6], np.eye(2)), infect=0.2, recover=1.0)
    2.0
    """
    if not recover > 0:
        raise ValueError("nobody ever recovers: one infects all whom it reaches")
    table: NDArray[np.float64] = groups.reach * groups.size[None, :].astype(np.float64) - np.diag(
        np.diagonal(groups.reach)
    )
    vector, found = np.sqrt(groups.size.astype(np.float64)), 0.0
    for _ in range(ROUNDS):  # on a table plus itself once, so that nothing swings
        onward = (table * vector[None, :]).sum(axis=1)
        now = float(onward.max(initial=0.0) / max(vector[np.argmax(onward)], 1e-300)) if len(vector) else 0.0
        vector = vector + onward
        vector = vector / max(vector.max(initial=0.0), 1e-300)
        if abs(now - found) <= CLOSE * now:
            break
        found = now
    return infect / recover * now if len(vector) else 0.0


def final_size_groups(groups: Segments, *, infect: float, recover: float) -> FloatColumn:
    """Share of each group that a large outbreak infects, once it has got a hold in every group that it can.

    spared_g = exp(-infect / recover * sum over h that reach g of size_h (1 - spared_h)); where it starts decides which
    groups it gets to, and chance whether it gets a hold: `simulate` has both.

    Parameters
    ----------
    groups : Segments
    infect, recover : float

    Returns
    -------
    (G,) float [1]

    Raises
    ------
    ValueError
        Nobody ever recovers.

    Examples
    --------
    >>> made = final_size_groups(segments(["a"], [1000], [[True]]), infect=0.002, recover=1.0)
    >>> f"{made[0]:.6f}"  # as where everybody meets everybody, at 2
    '0.796812'
    """
    if not recover > 0:
        raise ValueError("nobody ever recovers: all who can be reached are infected in the end")
    force = infect / recover * groups.reach.T * groups.size[None, :]
    ill = np.ones(len(groups.size))
    for _ in range(ROUNDS):
        now = 1 - maths.exp(-(force * ill[None, :]).sum(axis=1))
        apart = float(np.abs(now - ill).max(initial=0.0))
        ill = now
        if apart < CLOSE:
            break
    return floats(ill)
