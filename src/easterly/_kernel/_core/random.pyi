"""Counter-based random numbers."""

import numpy as np
from numpy.typing import NDArray

def mix64(words: NDArray[np.uint64]) -> NDArray[np.uint64]: ...
def uniform(stream: NDArray[np.uint64], count: int) -> NDArray[np.float64]: ...
