"""Synthetic people for demos, tests and benchmarks: pure generation, nothing is stored here.

Promises: the same seed gives the same people, and a longer run begins with the shorter one. They
are plainly synthetic: the serial part of every document number starts with 9 and every phone is in
the range 059. Nobody's record was looked at.
"""
