"""The key ring on disk, signing by purpose, and the vault that seals what names a person.

Words: a *ring* is a directory with two files, `kek.json` (keys that wrap) and `ring.json`
(everything else, wrapped by them); a *purpose* is what a key may be used for; a *state* is pending,
active, verify-only or retired. Promises: no key is ever handed out of this context; the ring stands
neither in the database nor in a backup of it; each change of the ring is one rename, so that a
crash leaves the old ring or the new one.
"""
