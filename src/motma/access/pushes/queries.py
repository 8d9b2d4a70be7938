"""SQL of subscriptions and knocks."""

from typing import Final

ADD: Final = """
    INSERT INTO push_subscription (device_id, person_id, sealed, since) VALUES ($1, $2, $3, $4)
        ON CONFLICT (device_id) DO UPDATE
       SET person_id = excluded.person_id, sealed = excluded.sealed, since = excluded.since,
           tries = 0
"""
REMOVE: Final = "DELETE FROM push_subscription WHERE device_id = $1"
#: Appended, not counted up: two transactions that knock at two people in another order never wait.
KNOCK: Final = """
    INSERT INTO local.push_knock (person_id, kind)
    SELECT $1, $2 WHERE EXISTS (SELECT FROM push_subscription WHERE person_id = $1)
"""
#: One process carries at a time, for two would lock subscriptions in another order.
ONE_CARRIES: Final = "SELECT pg_try_advisory_xact_lock(hashtextextended('push knocks', 0)) AS mine"
CARRY: Final = """
    WITH taken AS (
        DELETE FROM local.push_knock WHERE knock_id IN
            (SELECT knock_id FROM local.push_knock ORDER BY knock_id LIMIT $3)
        RETURNING knock_id, person_id, kind),
    told AS (
        SELECT person_id, count(*) AS more, (array_agg(kind ORDER BY knock_id DESC))[1] AS kind
          FROM taken GROUP BY person_id)
    UPDATE push_subscription s
       SET kind = told.kind, waiting = s.waiting + told.more, expires_at = $2,
           due_at = COALESCE(s.due_at, $1)
      FROM told WHERE s.person_id = told.person_id
"""
#: Only devices that still stand are knocked at; nobody else takes one until the lease is over.
TAKE: Final = """
    UPDATE push_subscription SET due_at = $2, tries = tries + 1 WHERE device_id IN
        (SELECT s.device_id FROM push_subscription s JOIN device d USING (device_id)
          WHERE s.due_at <= $1 AND s.expires_at > $1 AND d.status = 'active'
          ORDER BY s.due_at, s.device_id LIMIT $3 FOR UPDATE OF s SKIP LOCKED)
    RETURNING device_id, sealed, kind, waiting, expires_at, tries
"""
#: `tries` fences; what came meanwhile is told with the next knock.
DONE: Final = """
    UPDATE push_subscription
       SET waiting = waiting - $3, tries = 0,
           due_at = CASE WHEN waiting > $3 THEN $4::timestamptz END
     WHERE device_id = $1 AND tries = $2
"""
LATER: Final = "UPDATE push_subscription SET due_at = $3 WHERE device_id = $1 AND tries = $2"
GIVE_UP: Final = """
    UPDATE push_subscription SET due_at = NULL, waiting = 0, tries = 0 WHERE expires_at <= $1
       AND due_at IS NOT NULL
"""
FORGET: Final = """
    DELETE FROM push_subscription s WHERE NOT EXISTS
        (SELECT FROM device d WHERE d.device_id = s.device_id AND d.status = 'active')
"""
