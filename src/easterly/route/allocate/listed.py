"""Lists of paths, CSR over links: some of them, under other names of links."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from easterly._kernel import allocate as kernel
from easterly.base.columns import FloatColumn, IndexColumn, IntColumn, floats, frozen, ints
from easterly.model.allocation import Warm


def picked(
    path: NDArray[np.intp], ptr: IndexColumn, link: IntColumn, name: IntColumn | None = None
) -> tuple[IndexColumn, IntColumn]:
    """Some paths of a list, in the order in which they are named.

    Parameters
    ----------
    path : (Q,) int
        Paths wanted.
    ptr : (P + 1,) int
        CSR pointer of all paths.
    link : (ptr[P],) int
    name : (L,) int, optional
        What stands for each link; its number if absent.

    Returns
    -------
    ptr : (Q + 1,) int
    link : (ptr[Q],) int

    Examples
    --------
    >>> from easterly.base.columns import indices
    >>> ptr, link = picked(np.array([1, 0]), indices([0, 1, 3]), ints([5, 0, 1]))
    >>> ptr.tolist(), link.tolist()
    ([0, 2, 3], [0, 1, 5])
    """
    names = ints(np.arange(int(link.max(initial=-1)) + 1)) if name is None else name
    got_ptr, got_link = kernel.path_pick(path.astype(np.int64, copy=False), ptr, link, names)
    return frozen(got_ptr), frozen(got_link)


def within(warm: Warm, link: IntColumn) -> Warm:
    """Paths and prices on some of the links: paths over others are left out, the links kept are counted anew.

    Parameters
    ----------
    warm : Warm
    link : (L',) int
        Links that are left.

    Returns
    -------
    Warm
    """
    place = np.full(len(warm.price), -1, dtype=np.int32)
    place[link] = np.arange(len(link), dtype=np.int32)
    whole = kernel.path_least(warm.link_ptr, warm.link_idx, floats(place)) >= 0
    return priced(some_of(warm, np.flatnonzero(whole), ints(place)), lambda price: floats(price[link]))


def priced(warm: Warm, change: Callable[[FloatColumn], FloatColumn]) -> Warm:
    """The same paths, with prices for other links.

    Parameters
    ----------
    warm : Warm
    change : callable
        From prices of links to those of the links that are wanted.

    Returns
    -------
    Warm
    """
    return replace(warm, price=change(warm.price), early=None if warm.early is None else change(warm.early))


def some_of(warm: Warm, path: NDArray[np.intp], name: IntColumn | None = None) -> Warm:
    """Some of the paths.

    Parameters
    ----------
    warm : Warm
    path : (Q,) int
        Paths wanted.
    name : (L,) int, optional
        What stands for each link; its number if absent.

    Returns
    -------
    Warm
    """
    ptr, link = picked(path, warm.link_ptr, warm.link_idx, name)
    share = None if warm.share is None else floats(warm.share[path])
    return replace(
        warm, src=ints(warm.src[path]), dst=ints(warm.dst[path]), link_ptr=ptr, link_idx=link, share=share
    )  # fmt: skip
