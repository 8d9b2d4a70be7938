"""National sources: population, insurance, immunisation and tests, read without loss or doubles.

Words: a *source* is where records come from; its *cursor* says how far it was read, in the
source's own words; an *item* is one thing it sent, with an id and a version of its own; a *dead
letter* is an item that could not be taken, kept until a person replays or discards it; the
*circuit* is open while a source that fails again and again is left alone.

Promises: the cursor is committed together with what was received before it, so a process may die
at any point; an item that comes twice, late or in another order changes nothing more; one item
that can't be taken holds up no other; what a source said stands sealed, also in a dead letter.
"""
