"""SQL of watched cards."""

from typing import Final

ENLIST: Final = """
    INSERT INTO card_watch (person_id, look_at)
    SELECT DISTINCT person_id, $1::timestamptz FROM device
     WHERE kind = 'wallet' AND status = 'active' AND person_id IS NOT NULL
        ON CONFLICT DO NOTHING
"""
FORGET: Final = """
    DELETE FROM card_watch w WHERE NOT EXISTS
        (SELECT FROM device d WHERE d.person_id = w.person_id AND d.status = 'active')
"""
#: Another process takes others.
DUE: Final = """
    SELECT person_id, told_until FROM card_watch WHERE look_at <= $1
     ORDER BY look_at, person_id LIMIT $2 FOR UPDATE SKIP LOCKED
"""
LOOKED: Final = """
    UPDATE card_watch SET look_at = $2, told_until = $3 WHERE person_id = $1
"""
