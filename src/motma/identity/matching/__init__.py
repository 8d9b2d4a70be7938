"""Which person a record is about, by evidence that may be damaged: weighed, explained, decided.

Words: *evidence* is what a record says of its person; *features* are its comparable form; a
*level* is how far one feature of two sides agrees; a level's *bits* are the logarithm of how much
more often it is seen in two records of one person than in two of strangers (Fellegi and Sunter);
a *term* is a value whose rarity counts (Nguyễn says little, a rare name much).

Promises: no database, no clock and no chance below `weighing` and `deciding`; a document alone
never links; a link is made only when every other candidate, and nobody at all, is far less likely.
"""
