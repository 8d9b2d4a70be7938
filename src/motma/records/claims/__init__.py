"""Claims: what a person says of their records, and what a registrar decides about it.

Words: a *claim* (a record claim, where registrations are near) is a person's statement that a
record is missing, wrong or not theirs; a *reason why not* names the kind of field in which a
waiting record differs from its person, and nothing else; a *decision* accepts or refuses a claim
and can be undone; a *correction* is what the record's source hears of a decision.

Promises: nobody learns from here that somebody else has a record; a photo lives until the
decision; every step is an event that the person reads; a decision is due after two working days.
"""
