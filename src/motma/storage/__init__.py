"""The database: an embedded PostgreSQL, the pool, migrations, day partitions, backup, restore.

Words: the *cluster* is a data directory and the server over it; its *users* are the processes
that hold it running. Promises: an acknowledged commit is on disk; nobody but us and root can
connect to an embedded cluster; what a server logs never holds a value of a row.
"""
