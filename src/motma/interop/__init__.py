"""Apps of other makers: who they are, whom they may know, what has changed since.

An app knows people by handles of its own. A handle leads to somebody only while that person
consents; an app that asks about any other learns nothing, not even that somebody exists.

Tables: app, app_handle, consent, consent_code, local.app_change.
"""
