"""The matching model as Splink sees it: the same levels in SQL, over the same features.

Splink trains the weights without truth (EM), and a test holds our scorer to its predictions. Only
syllables are compared by our own functions; dates, numbers and communes are compared in SQL, so
each side checks the other.
"""

import csv
import logging
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import duckdb
import numpy as np
from splink import DuckDBAPI, Linker

from motma.identity.matching import comparing
from motma.identity.matching.batch import scoring
from motma.identity.matching.batch.columns import Lexicon, Side
from motma.identity.matching.comparing import COMPARISONS
from motma.identity.matching.evidence import name_of
from motma.identity.matching.syllables import alike
from motma.identity.matching.weights import Model

COLUMNS: Final = (
    "unique_id", "given", "middle", "family", "plain", "marked", "birth", "year", "month",
    "day", "digits", "sex", "document", "bhyt", "phone", "area", "commune", "communes", "provinces",
)  # fmt: skip
#: Stands for "no middle name": a value and not a gap.
_NO_MIDDLE: Final = "-"


def _part(name: str) -> list[str]:
    return [
        f"{name}_l is null or {name}_r is null",
        f"{name}_l = {name}_r",
        f"turned_level(plain_l, plain_r, '{name}') = 1",
        f"syllables_alike({name}_l, {name}_r) or turned_level(plain_l, plain_r, '{name}') = 2",
    ]


def _number(name: str) -> list[str]:
    return [
        f"{name}_l is null or {name}_r is null or length({name}_l) <> length({name}_r)",
        f"{name}_l = {name}_r",
        f"damerau_levenshtein({name}_l, {name}_r) = 1",
    ]


_PARTIAL: Final = "(day_l = 0 or day_r = 0)"
_EQUAL_PARTS: Final = "(year_l = year_r)::int + (month_l = month_r)::int + (day_l = day_r)::int"
_YEAR_SLIP: Final = "damerau_levenshtein(year_l::varchar, year_r::varchar) = 1"
_TURNED: Final = "turned_level(plain_l, plain_r, 'given') >= 0"
_MONTHS: Final = "month_l > 0 and month_r > 0"
#: Conditions of the levels of each comparison in order, the null level first, the last is else.
_SQL: Final[Mapping[str, list[str]]] = {
    "given": _part("given"),
    "middle": [
        "given_l is null or given_r is null",
        "middle_l = middle_r",
        *(f"middle_level(plain_l, plain_r) = {at}" for at in (1, 2, 3, 4)),
    ],
    "family": _part("family"),
    "marks": [
        "plain_l is null or plain_l <> plain_r or (marked_l is null and marked_r is null)",
        "marked_l = marked_r",
        "marked_l is null or marked_r is null",
    ],
    "order": [
        f"given_l is null or given_r is null or (plain_l <> plain_r and not {_TURNED})",
        "plain_l = plain_r",
    ],
    "birth": [
        "birth_l is null or birth_r is null",
        f"birth_l = birth_r and not {_PARTIAL}",
        f"not {_PARTIAL} and year_l = year_r and month_l = day_r and day_l = month_r",
        f"{_PARTIAL} and year_l = year_r and month_l = month_r and {_MONTHS}",
        f"{_PARTIAL} and year_l = year_r and not ({_MONTHS})",
        f"not {_PARTIAL} and damerau_levenshtein(digits_l, digits_r) = 1",
        f"not {_PARTIAL} and {_EQUAL_PARTS} = 2",
        "year_l = year_r",
        f"{_PARTIAL} and (abs(year_l - year_r) = 1 or {_YEAR_SLIP})",
    ],
    "sex": ["sex_l is null or sex_r is null", "sex_l = sex_r"],
    **{name: _number(name) for name in ("document", "bhyt", "phone")},
    "commune": [
        "area_l is null or area_r is null",
        "area_l = area_r",
        "list_has_any(communes_l, communes_r)",
        "list_has_any(provinces_l, provinces_r)",
    ],
}
#: Levels that no training changes: the order of syllables says what reordering says.
FIXED: Final = {("given", 1), ("middle", 1), ("family", 1), ("order", 0), ("order", 1)}


def settings(model: Model, *, people: int, rules: list[str]) -> dict[str, Any]:
    """Splink's settings with the model's weights as they are, or as a start for training."""
    return {
        "link_type": "link_only",
        "probability_two_random_records_match": 1 / people,
        "blocking_rules_to_generate_predictions": [{"blocking_rule": rule} for rule in rules],
        "comparisons": [
            {
                "output_column_name": f"{of.name}_level",
                "comparison_levels": _levels(model, at),
            }
            for at, of in enumerate(COMPARISONS)
        ],
        "retain_matching_columns": False,
        "retain_intermediate_calculation_columns": True,
        "max_iterations": 50,
    }


def _levels(model: Model, at: int) -> list[dict[str, Any]]:
    """The levels of one comparison with their conditions, m, u and terms."""
    weights = model.comparisons[at]
    name = weights.name
    conditions = [*_SQL[name], "ELSE"]
    found: list[dict[str, Any]] = [
        {"sql_condition": conditions[0], "label_for_charts": "null", "is_null_level": True}
    ]
    for number, (level, condition) in enumerate(zip(weights.levels, conditions[1:], strict=True)):
        one = {
            "sql_condition": condition,
            "label_for_charts": level.name,
            "m_probability": level.m,
            "u_probability": level.u,
            "fix_u_probability": True,
            "fix_m_probability": (name, number) in FIXED,
        }
        if number < weights.rarity_of:
            one["tf_adjustment_column"] = name
            one["disable_tf_exact_match_detection"] = name in {"birth", "commune"}
        found.append(one)
    return found


def linker(
    folder: Path, model: Model, lexicon: Lexicon, sides: tuple[Side, Side], rules: list[str]
) -> Linker:
    """A linker over people and records whose features and term shares were written to `folder`."""
    db = duckdb.connect()
    db.execute("SET threads = 2; SET memory_limit = '4GB'")
    db.create_function("syllables_alike", alike, ["VARCHAR", "VARCHAR"], "BOOLEAN")
    db.create_function("middle_level", _middle, ["VARCHAR", "VARCHAR"], "INTEGER")
    db.create_function("turned_level", _turned, ["VARCHAR", "VARCHAR", "VARCHAR"], "INTEGER")
    api = DuckDBAPI(connection=db)
    tables = []
    for name, side in zip(("people", "records"), sides, strict=True):
        path = folder / f"{name}.csv"
        _write(path, lexicon, side)
        db.execute(_TABLE.format(name=name), [str(path)])
        tables.append(api.register(name))
    chosen = settings(model, people=len(sides[0]), rules=rules)
    made = Linker(tables, chosen, log_level=logging.ERROR)
    known = scoring.terms(model, lexicon, *sides).shares
    for feature, shares in known.items():
        path = folder / f"tf_{feature}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(
                (value or _NO_MIDDLE, repr(float(share))) for value, share in shares.items()
            )
        db.execute(_TERMS.format(name=feature), [str(path)])
        made.table_management.register_term_frequency_lookup(
            api.register(f"shares_{feature}"), feature
        )
    return made


_TABLE: Final = """
    CREATE TABLE {name} AS SELECT * REPLACE (
        year::INT AS year, month::INT AS month, day::INT AS day, unique_id::INT AS unique_id,
        string_split(communes, ';') AS communes, string_split(provinces, ';') AS provinces)
      FROM read_csv($1, header = true, all_varchar = true)
"""
_TERMS: Final = """
    CREATE TABLE shares_{name} AS
    SELECT DISTINCT ON (value) value AS {name}, share::DOUBLE AS tf_{name}
      FROM read_csv($1, header = false, all_varchar = true,
                    columns = {{'value': 'VARCHAR', 'share': 'VARCHAR'}})
"""


@lru_cache(maxsize=1_000_000)
def _levels_of_names(one: str, other: str) -> tuple[dict[str, int], bool]:
    """Levels of the parts of two names, and whether one had to be turned."""
    mine, theirs = name_of(one), name_of(other)
    found = comparing.turned(mine, theirs)
    a, b = found or (mine, theirs)
    by_turn = found is not None
    levels = {
        "given": comparing.part(a.given, b.given, by_turn=by_turn),
        "middle": comparing.middle(a.middle, b.middle, by_turn=by_turn),
        "family": comparing.part(a.family, b.family, by_turn=by_turn),
    }
    return levels, by_turn


def _turned(one: str, other: str, part: str) -> int:
    levels, by_turn = _levels_of_names(one, other)
    return levels[part] if by_turn else -1


def _middle(one: str, other: str) -> int:
    return _levels_of_names(one, other)[0]["middle"]


def _write(path: Path, lexicon: Lexicon, side: Side) -> None:
    """The features of one side as CSV: an empty field is null."""
    words = np.array(lexicon.parts.values, dtype=object)
    texts = {name: np.array(values, dtype=object) for name, values in lexicon.texts.items()}
    middles = np.where(side.given != 0, words[side.middle], "")
    date = [
        f"{y:04d}-{m:02d}-{d:02d}" if y else ""
        for y, m, d in zip(side.year.tolist(), side.month.tolist(), side.day.tolist(), strict=True)
    ]
    columns = (
        range(len(side)),
        words[side.given],
        [text or _NO_MIDDLE for text in middles],
        words[side.family],
        [lexicon.names[code].plain for code in side.plain.tolist()],
        _coded(side.marked),
        date,
        side.year.tolist(),
        side.month.tolist(),
        side.day.tolist(),
        [text.replace("-", "") for text in date],
        [("", "male", "female")[sex] for sex in side.sex.tolist()],
        *(texts[kind][getattr(side, kind)] for kind in ("document", "bhyt", "phone")),
        _coded(side.area),
        texts["commune"][side.area_term],
        *(_sets(sets, side.area) for sets in (lexicon.communes, lexicon.provinces)),
    )
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows(zip(*columns, strict=True))


def _coded(codes: Any) -> list[str]:  # noqa: ANN401 - an array of any width
    return [str(code) if code else "" for code in codes.tolist()]


def _sets(sets: Any, codes: Any) -> list[str]:  # noqa: ANN401 - arrays
    texts = [";".join(str(one) for one in row if one >= 0) for row in sets.tolist()]
    return [texts[code] for code in codes.tolist()]
