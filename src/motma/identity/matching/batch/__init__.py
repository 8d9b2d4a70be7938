"""Matching whole files without a database: read, block, compare in columns, decide, write.

The columns hold codes of values; each value is cleaned and each pair of syllables compared once by
the very functions that streaming uses, so both ways agree.
"""
