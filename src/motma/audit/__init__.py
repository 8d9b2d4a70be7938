"""The log of everything that happened: appended by anybody, changed by nobody, provable to all.

Owns the table `event`, the tree over it (`local.log_*`) and the mirror outside the database.
Words: an *event* is one row; its *commitment* is a salted hash of the row, what the tree holds; a
*leaf* is a commitment with its place; a *checkpoint* is the signed size and root of the tree; a
*promise* says, signed, that an event will have its place within the merge delay. Promises: an event
that was answered for is in the tree within 10 s; whatever is changed or lost later is found by
`verify`; checkpoints and proofs tell nobody whom they are about.
"""
