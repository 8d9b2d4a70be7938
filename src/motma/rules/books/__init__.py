"""Rule books: who may have which colour where, as data with a scope and a validity period.

Owns the book's format, its own test cases, and the books shipped with the platform. A book without
test cases is `Malformed`. Promises: the same facts, book and moment give the same verdict; every
colour says why; `valid_until` is the first moment at which the colour changes with nothing new.
Inside a book time is civil time (docs/rules.md): a day begins at midnight in Asia/Ho_Chi_Minh.
"""
