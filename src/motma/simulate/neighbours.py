"""The people of the commune that is being filled: whose name may come again; when it is full."""

from datetime import date
from random import Random
from typing import NamedTuple


class Neighbour(NamedTuple):
    """What a namesake takes over."""

    full_name: str
    sex: str
    born: date


class Neighbours:
    """Remembers the adults of one commune; memory is bounded by a commune's size."""

    def __init__(self, people_per_commune: int) -> None:
        self._size = people_per_commune
        self._until = people_per_commune
        self._known: list[Neighbour] = []

    def add(self, neighbour: Neighbour) -> None:
        """Somebody lives here."""
        self._known.append(neighbour)

    def one(self, random: Random) -> Neighbour | None:
        """Somebody who lives here already; None in an empty commune."""
        return self._known[int(random.random() * len(self._known))] if self._known else None

    def full(self, people: int) -> bool:
        """Whether the commune has its people; then the next one begins, with nobody in it."""
        if people < self._until:
            return False
        self._until = people + self._size
        self._known.clear()
        return True

    @staticmethod
    def like(name: str, other: str) -> str:
        """A twin's name: the other's given name behind the first one's family and middle name.

        >>> Neighbours.like("Trần Minh An", "Trần Bảo Anh")
        'Trần Minh Anh'
        """
        return " ".join([*name.split()[:-1], other.rsplit(maxsplit=1)[-1]])
