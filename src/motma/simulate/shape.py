"""What a synthetic population is like: scattered for the import, or settled and full of doubles.

Every share is ours (an assumption), shaped after what decisions.md and domain.md call hard: twins,
namesakes of one year and commune, households that share a phone and a family name.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How people live together; a share of 0 leaves a trait out."""

    #: People of a commune who follow each other; 0 scatters each household over the country.
    people_per_commune: int = 0
    #: Births that bring two children.
    twins: float = 0.0
    #: Twins who have one document prefix, phone and almost one name: “Minh An”, “Minh Anh”.
    twins_of_like_name: float = 0.5
    #: Adults who have the name, sex and birth year of an earlier neighbour.
    namesakes: float = 0.0
    #: Namesakes born on the very same day.
    namesakes_same_day: float = 0.03
    #: Households whose adults gave one phone.
    one_phone: float = 0.0


#: Households anywhere in the country, each adult with a phone; what `people` makes.
SCATTERED: Final = Shape()

#: As dense as the country: 98 million people in 10,598 communes of the 63-province world.
SETTLED: Final = Shape(
    people_per_commune=9_250, twins=0.012, namesakes=0.01, one_phone=0.25,
)  # fmt: skip
