"""Health records: doses, tests and recoveries that find their person and can be taken back.

Words: a *delivery* is what a source sends once: its own id, a version, whom it speaks of and what
it says; a *record* is all deliveries of one source and id; its *current* version is the highest
that stands; an *attachment* says whose a record is and how that was found; a record *waits* while
it is nobody's; *facts* are what a person's records come to.

Promises: deliveries may come twice and in any order, the outcome is the same; nothing a source
said is lost by a later version, a retraction or an undo; facts change in the transaction that
changes their records; what names a person or an illness is sealed before it reaches the database.
"""
