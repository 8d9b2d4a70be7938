"""How a rule book comes into force: drafted, proposed, rehearsed, published by a second person.

A *version* of a book is *draft*, *proposed*, *published* or *superseded*; of a book's versions at
most one is published. A *dry run* asks both the books in force and those that would be, about
everybody, and looks for people whom the new one makes worse off for one more dose or a newer
negative test. Rolling back is proposing the version that stood before. What was published when is
never forgotten.
"""
