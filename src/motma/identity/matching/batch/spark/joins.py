"""How rows meet on Spark: counts of terms, owners of numbers, pairs that share a key."""

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Final

from motma.identity.matching.batch.keys import BLOCKS, LOOSE
from motma.identity.matching.batch.scoring import NUMBERS, TERMS
from motma.identity.matching.batch.spark import workers

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

KEYS: Final = workers.schema("block", "key", "row")
#: Columns that a pair is weighed by, beside how many have each term.
_WEIGHED: Final = ("row", "id", *workers.RAW)


def holders(people: "DataFrame") -> "DataFrame":
    """Each document that somebody has, with their row and place, and where it is among theirs."""
    found = people.selectExpr("row", "place", "posexplode(documents) AS (at, term_document)")
    return found.where("term_document <> ''")


def counted(
    people: "DataFrame", records: "DataFrame", held: "DataFrame"
) -> tuple["DataFrame", "DataFrame"]:
    """Both sides with how many people have each row's terms, and how many records its phone."""
    from pyspark.sql import functions as F  # noqa: N812 - as all of Spark's documentation has it

    for feature in TERMS:
        owners = held if feature == "document" else people
        term = f"term_{feature}"
        numbers = owners.groupBy(term).count().withColumnRenamed("count", f"held_{feature}")
        # Other terms than numbers are few, and some of them stand on a third of all rows.
        known = numbers.where(f"{term} <> ''")
        numbers = known if feature in NUMBERS else F.broadcast(numbers)
        people = people.join(numbers, term, "left")
        records = records.join(numbers, term, "left")
    phones = records.where("term_phone <> ''").groupBy("term_phone").count()
    phones = phones.withColumnRenamed("count", "written_phone")
    both = (side.join(phones, "term_phone", "left").fillna(0) for side in (people, records))
    return next(both), next(both)


def with_holders(records: "DataFrame", held: "DataFrame") -> "DataFrame":
    """Records with the commune of whoever has the document; of several, who comes last."""
    last = held.selectExpr("term_document", "struct(at > 0 AS more, row, place) AS one")
    found = last.groupBy("term_document").agg({"one": "max"})
    named = found.selectExpr("term_document", "`max(one)`.place AS holder")
    return records.join(named, "term_document", "left").fillna(0, ["holder"])


def owned(people: "DataFrame", records: "DataFrame", held: "DataFrame") -> "DataFrame":
    """Pairs whose document (kind 0) or insurance number (kind 1) only one person has."""
    pairs = None
    for kind, (column, owners) in enumerate((("term_document", held), ("term_bhyt", people))):
        known = owners.where(f"{column} <> ''").selectExpr(column, "row AS p_row", "row AS other")
        alone = known.groupBy(column).agg({"p_row": "min", "other": "max"})
        alone = alone.where("`min(p_row)` = `max(other)`")
        alone = alone.selectExpr(column, "`min(p_row)` AS p_row", f"{kind} AS kind")
        found = records.join(alone, column).selectExpr("p_row", "row AS r_row", "kind")
        pairs = found if pairs is None else pairs.unionByName(found)
    assert pairs is not None  # noqa: S101 - two kinds were gone through
    return pairs


def people_keys(people: "DataFrame") -> "DataFrame":
    """All keys of people that not too many have."""
    make = partial(workers.make_keys, blocks=(*BLOCKS, *LOOSE), of_people=True)
    keys = people.select(*_WEIGHED, "more").mapInArrow(make, KEYS).localCheckpoint()
    most = f"IF(block < {len(BLOCKS)}, {BLOCKS[0].most}, {LOOSE[0].most})"
    few = keys.groupBy("block", "key").count().where(f"count <= {most}")
    return keys.join(few.drop("count"), ["block", "key"])


def pairs(records: "DataFrame", keys: "DataFrame", *, loose: bool) -> "DataFrame":
    """Different pairs that share a key."""
    blocks = (*BLOCKS, *LOOSE) if loose else BLOCKS
    make = partial(workers.make_keys, blocks=blocks, of_people=False)
    asked = records.select(*_WEIGHED, "holder").mapInArrow(make, KEYS)
    theirs = keys if loose else keys.where(f"block < {len(BLOCKS)}")
    found = asked.withColumnRenamed("row", "r_row").join(
        theirs.withColumnRenamed("row", "p_row"), ["block", "key"]
    )
    return found.select("p_row", "r_row").distinct()


def beside(pairs: "DataFrame", people: "DataFrame", records: "DataFrame") -> "DataFrame":
    """Pairs with all that they are weighed by, a record's together."""
    wide = pairs.join(_prefixed(people, "p_", ("more",)), "p_row")
    return wide.join(_prefixed(records, "r_", ()), "r_row")


def _prefixed(side: "DataFrame", prefix: str, more: tuple[str, ...]) -> "DataFrame":
    counts = [name for name in side.columns if name.startswith(("held_", "written_"))]
    names: Mapping[str, str] = {name: f"{prefix}{name}" for name in (*_WEIGHED, *more, *counts)}
    return side.select(*names).toDF(*names.values())
