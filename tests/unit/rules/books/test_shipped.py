"""The shipped books, held by their own cases and by vectors that anybody can run."""

import json
import os
from pathlib import Path

import pytest

from motma.rules.books.compiling import CompiledBook
from motma.rules.books.model import NEUTRAL
from motma.rules.books.reading import read
from motma.rules.books.searching import Inquiry, quick, wall_of
from motma.rules.books.shipped import NAMES, neutral, shipped
from motma.rules.facts import write

VECTORS = Path(__file__).parents[4] / "vectors" / "rule-books"
BOOKS = pytest.mark.parametrize("book", shipped(), ids=NAMES)


@BOOKS
def test_every_case_of_a_shipped_book_comes_out_as_it_says(book: CompiledBook) -> None:
    assert book.book.cases
    for case in book.book.cases:
        assert quick(book, case.facts, case.at) == (case.colour, case.valid_until), case.name


@BOOKS
def test_a_book_is_read_back_from_what_it_writes(book: CompiledBook) -> None:
    assert read(book.write()).book == book.book


@BOOKS
def test_the_vectors_hold_the_book_and_its_cases(book: CompiledBook) -> None:
    path = VECTORS / f"{book.id}.json"
    if os.environ.get("MOTMA_WRITE_DOCS"):
        path.write_text(json.dumps(_vectors(book), ensure_ascii=False, indent=1) + "\n", "utf-8")
    assert json.loads(path.read_text("utf-8")) == _vectors(book)


def test_each_book_has_a_number_of_its_own_and_neutral_has_none() -> None:
    numbers = [book.number for book in shipped()]
    assert len(set(numbers)) == len(numbers)
    assert neutral().number == 0


def test_the_neutral_default_gives_no_colour_to_anybody() -> None:
    book = neutral()
    for case in (case for other in shipped() for case in other.book.cases):
        assert quick(book, case.facts, case.at) == (NEUTRAL, None)


def _vectors(book: CompiledBook) -> dict[str, object]:
    """What another implementation needs: the book, and per case also what its rules are asked."""
    return {
        "about": f"{book.book.title.en}: facts and a moment, colour and first moment of another.",
        "book": json.loads(book.write()),
        "cases": [
            {
                "name": case.name,
                "input": json.loads(write(case.facts)),
                "as_of": case.at.isoformat(),
                "asked_with": Inquiry(book, case.facts).data(wall_of(case.at)),
                "expected": {
                    "colour": case.colour,
                    "valid_until": case.valid_until and case.valid_until.isoformat(),
                },
                "why": case.why,
            }
            for case in book.book.cases
        ],
    }
