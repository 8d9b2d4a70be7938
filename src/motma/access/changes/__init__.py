"""What happened to people of whom somebody may hear.

Tables: local.watched_person, local.person_change.
"""
