"""Knocks at a wallet's browser (Web Push): that something happened, and nothing of what.

Owns `push_subscription`, `local.push_knock`. A knock is written in the transaction of what
happened, carried to the person's subscriptions, and sent at least once within a day; what waits
together is one knock. The payload is a heading and a number: no name, no colour, no text.
"""
