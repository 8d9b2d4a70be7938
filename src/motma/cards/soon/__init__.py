"""Telling people with a wallet that their card changes within a day.

Owns `card_watch`: when somebody's card is looked at again, and the change that was told last. The
event and the note that it was told are one transaction, so a change is told once, whoever dies.
"""
