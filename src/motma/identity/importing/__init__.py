"""The bulk import: a file of people as it comes → people, QIDs, and a report of what was refused.

Words: a *row* is numbered as a spreadsheet shows it (the header is row 1); a *finding* is a row, a
column and a permanent code, an *error* refuses the row and a *warning* does not; a *job* is one
content with one way to read it.

Promises: one bad row stops nothing; a job that was killed goes on where its last committed chunk
ended and makes nobody twice; what names a person is sealed before it reaches the database.
"""
