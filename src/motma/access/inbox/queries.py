"""SQL of marks."""

from typing import Final

MARK: Final = """
    INSERT INTO inbox_mark (person_id, event_id, read_at)
    SELECT $1, unnest($2::uuid[]), $3 ON CONFLICT DO NOTHING
"""
UNMARK: Final = """
    DELETE FROM inbox_mark WHERE person_id = ANY($1::uuid[]) AND event_id = ANY($2::uuid[])
"""
MARKED: Final = """
    SELECT event_id FROM inbox_mark
     WHERE person_id = ANY($1::uuid[]) AND event_id = ANY($2::uuid[])
"""
FORGET: Final = "DELETE FROM inbox_mark WHERE read_at < $1"
