"""Slips between numbers of a million pairs: one character, or two neighbours that are swapped."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from motma.identity.matching.batch.columns import Words64

_BYTE: Final = np.uint64(8)
_TWO_BYTES: Final = np.uint64(2**16)
_ONE: Final = np.uint64(1)


def slips(one: Words64, other: Words64) -> NDArray[np.bool_]:
    """Whether rows of characters, eight in each column, are a slip apart."""
    differ = one ^ other
    # Most numbers differ in many places: only the few that may be a slip are looked at closely.
    near = np.flatnonzero(_narrow(differ).all(1))
    found = np.zeros(len(one), bool)
    found[near] = _slips(
        *(np.ascontiguousarray(side[near]).view(np.uint8) for side in (one, other))
    )
    return found


def _narrow(differ: Words64) -> NDArray[np.bool_]:
    """Whether all that differs in a word are two neighbouring characters, or fewer."""
    lowest = differ & (~differ + _ONE)  # its lowest bit
    before = np.bitwise_count(lowest - _ONE).astype(np.uint64) // _BYTE * _BYTE
    narrow: NDArray[np.bool_] = (differ == 0) | (differ >> np.minimum(before, 63) < _TWO_BYTES)
    return narrow


def _slips(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Whether rows differ in one character, or in two neighbours that are swapped."""
    differ = one != other
    count = differ.sum(1, dtype=np.int8)
    first = differ.argmax(1)
    rows = np.arange(len(one))
    after = np.minimum(first + 1, one.shape[1] - 1)
    crossed = (one[rows, first] == other[rows, after]) & (one[rows, after] == other[rows, first])
    neighbours = (count == 2) & differ[rows, after] & crossed  # noqa: PLR2004 - two
    found: NDArray[np.bool_] = (count == 1) | neighbours
    return found
