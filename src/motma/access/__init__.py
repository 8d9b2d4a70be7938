"""Who may know what: organisations, places, readers, devices, sessions, tokens, views, limits.

Words: a *reader* is a person who reads codes for an organisation; a *device* holds a key that can't
leave it; a *session* is one reader's shift on one device (or one person's log-in on their wallet);
a *view* is the set of fields that a role may see for a purpose at a kind of place.

Promises: a token lives at most ten minutes and works only with its device's key; a device that is
lost, a reader who left and a session that ended are refused at the next request, whatever the
token says; what a role may see is data with a version and an explanation (`policy.json`).
"""
