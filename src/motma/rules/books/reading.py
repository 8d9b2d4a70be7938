"""A rule book from JSON: read, compiled, and held against its own test cases."""

from motma.kernel.errors import Malformed
from motma.rules.books.compiling import CompiledBook, compiled
from motma.rules.books.searching import quick


def read(text: bytes | str) -> CompiledBook:
    """The book, when everything in it is right and each of its cases comes out as it says.

    `Malformed` with a permanent code otherwise; `field` is the part's own name, or the case's.
    """
    book = compiled(text)
    for case in book.book.cases:
        if quick(book, case.facts, case.at) != (case.colour, case.valid_until):
            raise Malformed("rules.book-case-fails", case.name)
    return book
