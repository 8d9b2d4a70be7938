"""SQL of noted changes."""

from typing import Final

NOTE: Final = """
    INSERT INTO local.person_change (person_id, kind, at)
    SELECT person_id, $2, $3 FROM local.watched_person WHERE person_id = ANY($1::uuid[])
"""
NOTE_FOR: Final = """
    INSERT INTO local.person_change (person_id, kind, at, client_id, handle)
    VALUES ($1, $2, $3, $4, $5)
"""
WATCH: Final = """
    INSERT INTO local.watched_person SELECT unnest($1::uuid[]) ON CONFLICT DO NOTHING
"""
#: What is committed for good, in an order that keeps each person's: a change waits for those noted
#: before it whose transaction may still be seen by others as running.
DUE: Final = """
    SELECT change_id, person_id, kind, at, client_id, handle FROM local.person_change
     WHERE xid < pg_snapshot_xmin(pg_current_snapshot())
       AND change_id < COALESCE((SELECT min(change_id) FROM local.person_change
                                  WHERE xid >= pg_snapshot_xmin(pg_current_snapshot())),
                                9223372036854775807)
     ORDER BY change_id LIMIT $1
"""
TOLD: Final = "DELETE FROM local.person_change WHERE change_id = ANY($1)"
