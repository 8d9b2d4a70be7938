"""Rules are data: facts, a rule book and a moment give a card and the reasons for it.

Owns the CertLogic engine, the facts that rules are asked of, and rule books. Knows no person, no
database and no clock: everything comes as an argument, the same arguments give the same answer.
"""
