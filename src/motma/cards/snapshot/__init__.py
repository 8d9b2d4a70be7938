"""The snapshot: what a gate needs to decide without the network, in one signed file.

Owns its format, the filter of codes that ended, and its making. The words: the *ended* are QIDs and
issue numbers that are not valid any more; *as of* is the moment before which every ending that was
told to anybody is in it. Promises: a file that was cut, changed or forged is refused, and so is one
older than what the reader has seen; a code that ended before `as of` is always found.
"""
