"""Cards: facts, a published book, a moment and a place give a colour that can say why.

Owns the publication of rule books (`books`). Nothing here is kept of a person: a card is worked
out when somebody asks. Promises: a book is in force by two people's will alone; what was in force
at a past moment, as it was known then, can be asked again.
"""
