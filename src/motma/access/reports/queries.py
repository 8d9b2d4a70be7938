"""SQL of reports."""

from typing import Final

ADD: Final = """
    INSERT INTO read_report (event_id, device_id, person_id, organisation_id, sealed, reported_at)
    VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (event_id, device_id) DO NOTHING RETURNING event_id
"""
OF_PERSON: Final = """
    SELECT event_id, sealed, reported_at, decided_at, outcome, answer FROM read_report
     WHERE person_id = ANY($1) ORDER BY reported_at, event_id, device_id
"""
#: $1: an organisation, or none for all of them; served by read_report_open.
WAITING: Final = """
    SELECT p.event_id, p.sealed, p.reported_at, o.name AS organisation FROM read_report p
      LEFT JOIN organisation o USING (organisation_id)
     WHERE p.decided_at IS NULL AND ($1::uuid IS NULL OR p.organisation_id = $1)
     ORDER BY p.reported_at, p.event_id LIMIT $2
"""
LOGINS: Final = "SELECT reader_id, login FROM reader WHERE reader_id = ANY($1)"
LOCK: Final = """
    SELECT event_id, device_id, person_id, sealed FROM read_report
     WHERE event_id = $1 AND decided_at IS NULL AND ($2::uuid IS NULL OR organisation_id = $2)
       FOR UPDATE
"""
DECIDE: Final = """
    UPDATE read_report SET decided_at = $3, decided_by = $4, outcome = $5, answer = $6
     WHERE event_id = $1 AND device_id = $2
"""
FORGET: Final = "DELETE FROM read_report WHERE decided_at < $1::timestamptz - interval '31 days'"
