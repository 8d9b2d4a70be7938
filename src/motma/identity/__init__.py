"""People and their one QID: registering, linking documents, guardians, merging, revoking, issuing.

Words: a *person* is an immutable random `person_id`; a *QID* is a row that names a person; a
*profile* is everything known of a person, each attribute with its assurance; a *registration* is
what somebody declares, shows or a source confirms.

Promises: one proven document, one person; what is only declared never blocks or attaches to
anybody; a higher assurance is never overwritten by a lower one; a revoked or replaced QID is never
valid again; a merge can be undone whole.
"""
