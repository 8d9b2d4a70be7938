"""Recodes: a colour set by hand, against the rules, for a person and a time.

Owns the table `recode`. Promises: it takes two registrars; it never outlasts its end, whatever
jobs run or do not; the person sees it with its reason and may appeal; a third registrar decides.
"""
