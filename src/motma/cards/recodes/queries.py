"""All SQL of recodes; the one that counts at a gate is read by the scan's own statement."""

from typing import Final

# two steps about one person wait here, so that the second sees what the first has done
LOCK_PERSON: Final = "SELECT pg_advisory_xact_lock(hashtextextended('recodes ' || $1::uuid, 0))"

ADD: Final = """
    INSERT INTO recode (person_id, recode_id, colour, reason, until, proposed_by, proposed_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
"""
ONE: Final = """
    SELECT person_id, recode_id, colour, reason, until, proposed_by, proposed_at, confirmed_by,
           confirmed_at, ended_by, ended_at, ending, appealed_at, appeal, decided_by, decided_at,
           decision, answer
      FROM recode WHERE person_id = $1 AND recode_id = $2
"""
OF_PERSON: Final = """
    SELECT person_id, recode_id, colour, reason, until, proposed_by, proposed_at, confirmed_by,
           confirmed_at, ended_by, ended_at, ending, appealed_at, appeal, decided_by, decided_at,
           decision, answer
      FROM recode WHERE person_id = ANY($1) ORDER BY proposed_at, recode_id
"""
# These three ask about somebody and everybody merged into them: a merge frees nobody. Before it
# each may have had a recode: the least favourable in force counts, of equals the longer one.
#: $2 now: the one that counts, else the newest.
LATEST: Final = """
    SELECT person_id, recode_id, colour, reason, until, proposed_by, proposed_at, confirmed_by,
           confirmed_at, ended_by, ended_at, ending, appealed_at, appeal, decided_by, decided_at,
           decision, answer
      FROM recode
     WHERE person_id = ANY (ARRAY[$1::uuid] || ARRAY(
               SELECT m.person_id FROM merge m WHERE m.into_id = $1 AND m.undone_at IS NULL))
       AND confirmed_at IS NOT NULL
     ORDER BY CASE WHEN ended_at IS NULL AND until > $2 THEN
                   array_position(ARRAY['red', 'yellow', 'neutral', 'green'], colour)
              END NULLS LAST,
              CASE WHEN ended_at IS NULL AND until > $2 THEN until END DESC NULLS LAST,
              confirmed_at DESC LIMIT 1
"""
#: The recode that counts, if its time is not over; served by index recode_in_force.
IN_FORCE: Final = """
    SELECT person_id, recode_id, colour, confirmed_at AS since, until, reason
      FROM recode
     WHERE person_id = ANY (ARRAY[$1::uuid] || ARRAY(
               SELECT m.person_id FROM merge m WHERE m.into_id = $1 AND m.undone_at IS NULL))
       AND confirmed_at IS NOT NULL AND ended_at IS NULL AND until > $2
     ORDER BY array_position(ARRAY['red', 'yellow', 'neutral', 'green'], colour), until DESC LIMIT 1
"""
#: What counted at $2, as it was known at $3.
AS_OF: Final = """
    SELECT person_id, recode_id, colour, confirmed_at AS since, until, reason
      FROM recode
     WHERE person_id = ANY (ARRAY[$1::uuid] || ARRAY(
               SELECT m.person_id FROM merge m
                WHERE m.into_id = $1 AND m.merged_at <= $3
                  AND (m.undone_at IS NULL OR m.undone_at > $3)))
       AND confirmed_at <= least($2::timestamptz, $3::timestamptz)
       AND until > $2 AND (ended_at IS NULL OR ended_at > least($2, $3))
     ORDER BY array_position(ARRAY['red', 'yellow', 'neutral', 'green'], colour), until DESC LIMIT 1
"""
# one whose time is over makes room in the index of those in force
CLOSE_EXPIRED: Final = """
    UPDATE recode SET ended_at = until
     WHERE person_id = $1 AND confirmed_at IS NOT NULL AND ended_at IS NULL AND until <= $2
"""
CONFIRM: Final = """
    UPDATE recode SET confirmed_by = $3, confirmed_at = $4 WHERE person_id = $1 AND recode_id = $2
"""
END: Final = """
    UPDATE recode SET ended_by = $3, ended_at = $4, ending = $5
     WHERE person_id = $1 AND recode_id = $2
"""
APPEAL: Final = """
    UPDATE recode SET appealed_at = $3, appeal = $4 WHERE person_id = $1 AND recode_id = $2
"""
DECIDE: Final = """
    UPDATE recode SET decided_by = $3, decided_at = $4, decision = $5, answer = $6
     WHERE person_id = $1 AND recode_id = $2
"""
#: Served by index recode_proposed; $1 now, $2 how many.
PROPOSED: Final = """
    SELECT person_id, recode_id, colour, until, proposed_at, confirmed_at, ended_by, appealed_at
      FROM recode
     WHERE confirmed_at IS NULL AND ended_at IS NULL AND until > $1
     ORDER BY proposed_at LIMIT $2
"""
CONFIRMED: Final = """
    SELECT person_id, recode_id, colour, until, proposed_at, confirmed_at, ended_by, appealed_at
      FROM recode
     WHERE confirmed_at IS NOT NULL AND ended_at IS NULL AND until > $1
     ORDER BY until LIMIT $2
"""
#: Served by index recode_appealed; also of those whose time is over: the person waits for words.
APPEALED: Final = """
    SELECT person_id, recode_id, colour, until, proposed_at, confirmed_at, ended_by, appealed_at
      FROM recode
     WHERE decided_at IS NULL AND ended_by IS NULL AND appealed_at IS NOT NULL
       AND appealed_at <= $1
     ORDER BY appealed_at LIMIT $2
"""
FORGET: Final = """
    DELETE FROM recode
     WHERE until < $1::timestamptz - interval '31 days'
        OR ended_at < $1::timestamptz - interval '31 days'
"""
