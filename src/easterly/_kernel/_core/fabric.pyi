"""Routes of structured fabrics, by formula."""

import numpy as np
from numpy.typing import NDArray

def links(family: int, numbers: NDArray[np.int32]) -> tuple[int, int, NDArray[np.int32], NDArray[np.int32]]: ...
def next_hops(
    family: int, numbers: NDArray[np.int32], routing: int, at: NDArray[np.int32], to: NDArray[np.int32]
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int32]]: ...
def distances(
    family: int, numbers: NDArray[np.int32], at: NDArray[np.int32], to: NDArray[np.int32]
) -> NDArray[np.int32]: ...
def path_counts(
    family: int, numbers: NDArray[np.int32], at: NDArray[np.int32], to: NDArray[np.int32]
) -> NDArray[np.float64]: ...
def shares(
    family: int,
    numbers: NDArray[np.int32],
    routing: int,
    offset: int,
    n_links: int,
    from_: NDArray[np.int32],
    to: NDArray[np.int32],
    first_link: NDArray[np.int32],
    last_link: NDArray[np.int32],
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float64]]: ...
def loads(
    family: int,
    numbers: NDArray[np.int32],
    routing: int,
    offset: int,
    n_links: int,
    from_: NDArray[np.int32],
    to: NDArray[np.int32],
    first_link: NDArray[np.int32],
    last_link: NDArray[np.int32],
    src: NDArray[np.int32],
    dst: NDArray[np.int32],
    amount: NDArray[np.float64],
    group: NDArray[np.int32],
    n_groups: int,
) -> NDArray[np.float64]: ...
