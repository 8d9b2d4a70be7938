"""Reads that a person reports as wrong, and what an inspector answers.

Owns the table `read_report`. Whoever decides learns what was said and which read it was, not who
the person is; nobody decides about a read of their own. Both sides stay in the log.
"""
