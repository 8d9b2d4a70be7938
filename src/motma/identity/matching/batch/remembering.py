"""What is said of two codes, for a million pairs: asked once of each different pair."""

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from motma.identity.matching.batch.tables import Codes

_SHIFT: Final = 32
#: Pairs that are remembered, as a power of two; a newer pair may take the place of an older one.
_PLACES: Final = 20
#: An odd multiplier that spreads keys: 2**64 over the golden ratio. Source: Knuth, TAOCP 3, 6.4.
_GOLDEN: Final = np.uint64(0x9E3779B97F4A7C15)


class Remembered:
    """A judgement on two codes, kept for the pairs that come again."""

    def __init__(self, judge: Callable[[int, int], int]) -> None:
        self._judge = judge
        self._keys = np.full(2**_PLACES, -1, np.int64)
        self._said = np.zeros(2**_PLACES, np.int16)

    def of(self, one: Codes, other: Codes) -> NDArray[np.int16]:
        """What is said of each pair of codes."""
        keys = one.astype(np.int64) << _SHIFT | other
        places = (keys.view(np.uint64) * _GOLDEN) >> np.uint64(64 - _PLACES)
        said: NDArray[np.int16] = self._said[places]
        new = np.flatnonzero(self._keys[places] != keys)
        if len(new):
            found = self._asked(keys[new])
            said[new] = found
            self._keys[places[new]] = keys[new]
            self._said[places[new]] = found
        return said

    def _asked(self, keys: NDArray[np.int64]) -> NDArray[np.int16]:
        different, where = np.unique(keys, return_inverse=True)
        said = [self._judge(key >> _SHIFT, key & (2**_SHIFT - 1)) for key in different.tolist()]
        found: NDArray[np.int16] = np.array(said, np.int16)[where]
        return found
