"""SQL of webhooks."""

from typing import Final

COUNT: Final = "SELECT count(*) FROM local.hook WHERE client_id = $1 AND ended_at IS NULL"
#: A new door is told from now on: what was before, the feed has.
ADD: Final = """
    INSERT INTO local.hook (hook_id, client_id, url, secret, position, not_before, created_at)
    VALUES ($1, $2, $3, $4,
            COALESCE((SELECT max(position) FROM local.app_change WHERE client_id = $2), 0), $5, $5)
"""
OF_CLIENT: Final = """
    SELECT h.hook_id, h.url, h.state, h.failures, h.failing_since, h.not_before AS next_try_at,
           (SELECT count(*) FROM local.app_change c
             WHERE c.client_id = h.client_id AND c.position > h.position) AS behind
      FROM local.hook h WHERE h.client_id = $1 AND h.ended_at IS NULL
     ORDER BY h.created_at, h.hook_id
"""
SET_STATE: Final = """
    UPDATE local.hook SET state = $3, failures = 0, failing_since = NULL, not_before = $4
     WHERE client_id = $1 AND hook_id = $2 AND ended_at IS NULL RETURNING hook_id
"""
SET_POSITION: Final = """
    UPDATE local.hook SET position = $3, not_before = $4
     WHERE client_id = $1 AND hook_id = $2 AND ended_at IS NULL RETURNING hook_id
"""
END: Final = """
    UPDATE local.hook SET ended_at = $3
     WHERE client_id = $1 AND hook_id = $2 AND ended_at IS NULL RETURNING hook_id
"""
DELIVERIES: Final = """
    SELECT d.delivery_id, d.tried_at, d.took_ms, d.code, d.status,
           d.last_position - d.first_position + 1 AS changes
      FROM local.hook_delivery d JOIN local.hook h USING (hook_id)
     WHERE h.client_id = $1 AND h.hook_id = $2 ORDER BY d.tried_at DESC, d.delivery_id LIMIT 100
"""

#: Doors with something to hear; nobody else tries one that is taken until its lease is over.
TAKE: Final = """
    UPDATE local.hook SET not_before = $2 WHERE hook_id IN (
        SELECT h.hook_id FROM local.hook h JOIN client k USING (client_id)
         WHERE h.state = 'active' AND h.ended_at IS NULL AND h.not_before <= $1
           AND k.ended_at IS NULL
           AND EXISTS (SELECT 1 FROM local.app_change c
                        WHERE c.client_id = h.client_id AND c.position > h.position)
         ORDER BY h.not_before LIMIT $3 FOR UPDATE OF h SKIP LOCKED)
    RETURNING hook_id, client_id, url, secret, position, failures, failing_since
"""
#: A replay that was asked for meanwhile stands.
TAKEN: Final = """
    UPDATE local.hook SET position = CASE WHEN position = $3 THEN $2 ELSE position END,
           failures = 0, failing_since = NULL, not_before = $4
     WHERE hook_id = $1
"""
FAILED: Final = """
    UPDATE local.hook SET failures = failures + 1, failing_since = COALESCE(failing_since, $2),
           not_before = $3, state = CASE WHEN $4 THEN 'given-up' ELSE state END
     WHERE hook_id = $1
"""
TRIED: Final = """
    INSERT INTO local.hook_delivery (hook_id, delivery_id, first_position, last_position,
                                     tried_at, took_ms, code, status)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""
FORGET_DELIVERIES: Final = "DELETE FROM local.hook_delivery WHERE tried_at < $1"
FORGET_HOOKS: Final = "DELETE FROM local.hook WHERE ended_at < $1"
