"""Numbers of many cells at once, and where there is one: what measures are worth."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


class Amount(NamedTuple):
    """One number for each cell: `has` says where there is one."""

    value: Floats
    has: Bools
