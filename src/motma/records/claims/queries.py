"""All SQL of claims."""

from typing import Final

# a person who files twice at once waits here, so that the limit and the doubling hold
LOCK_PERSON: Final = "SELECT pg_advisory_xact_lock(hashtextextended('claims ' || $1::uuid, 0))"

ADD: Final = """
    INSERT INTO record_claim (person_id, claim_id, state, sealed, photo, filed_at, due_on)
    VALUES ($1, $2, 'open', $3, $4, $5, $6)
"""
# a claim that was decided meanwhile takes no photo any more
ADD_PHOTO: Final = """
    UPDATE record_claim SET photo = $3
     WHERE person_id = ANY($1) AND claim_id = $2 AND state = 'open'
    RETURNING claim_id
"""
OF_PERSON: Final = """
    SELECT person_id, claim_id, state, sealed, photo IS NOT NULL AS with_photo, filed_at, due_on,
           decided_at, decision
      FROM record_claim WHERE person_id = ANY($1) ORDER BY claim_id DESC
"""
ONE: Final = """
    SELECT person_id, claim_id, state, sealed, photo IS NOT NULL AS with_photo, photo, filed_at,
           due_on, decided_at, decision
      FROM record_claim WHERE person_id = $1 AND claim_id = $2
"""
LOCKED: Final = ONE + " FOR UPDATE"
#: Served by index record_claim_open (due_on, claim_id).
OPEN: Final = """
    SELECT person_id, claim_id, state, sealed, photo IS NOT NULL AS with_photo, filed_at, due_on,
           decided_at, decision
      FROM record_claim WHERE state = 'open' AND due_on < $1 ORDER BY due_on, claim_id LIMIT $2
"""
# the photo served the decision and goes with it
DECIDE: Final = """
    UPDATE record_claim
       SET state = $3, decision = $4, decided_at = $5, photo = NULL
     WHERE person_id = $1 AND claim_id = $2
"""
REOPEN: Final = """
    UPDATE record_claim SET state = 'open', decision = NULL, decided_at = NULL, due_on = $3
     WHERE person_id = $1 AND claim_id = $2
"""
#: Served by index outbox_waiting; two senders never take the same row.
WAITING: Final = """
    SELECT outbox_id, key, body FROM local.outbox o
     WHERE done_at IS NULL AND topic = $1 AND key = ANY($2)
       AND NOT EXISTS (SELECT FROM local.correction_heard h
                        WHERE h.outbox_id = o.outbox_id AND h.source = $3)
     ORDER BY outbox_id LIMIT $4 FOR UPDATE OF o SKIP LOCKED
"""
SENT: Final = "UPDATE local.outbox SET done_at = $2 WHERE outbox_id = ANY($1)"
SEND: Final = """
    INSERT INTO local.outbox (topic, key, body, created_at) VALUES ($1, $2, $3, $4)
"""
