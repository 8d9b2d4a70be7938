"""All SQL of scan: the one statement of the hot path, and what people do with a scan afterwards.

The reading statement names tables of access, identity, records, books, recodes and the log. It is
the named exception to “each context keeps its queries its own”: one round trip is what makes a
revoked device, a reader who left, a replaced code, a new record and a colour set by hand take
effect at the next scan.
"""

from typing import Final

#: One row for each scan asked, in order. What may show a living code is a device of the person,
#: or an app that they consent to, by the id of the consent: it dies with that.
#: Arrays, one element a scan: $1 devices · $2 sessions ·
#: $3 scan ids · $4 places · $5 QIDs · $6 wants wallets. A blind index belongs to a scan by its
#: position: $7 positions (from 1) · $8 blind indexes. $9 and $10, the least and the greatest scan
#: id, let PostgreSQL leave out the other days' partitions before it begins.
#: $11: when each is asked. A recode of somebody merged away counts for who is kept; of two in
#: force, the least favourable.
READ: Final = """
    SELECT d.status AS device_status, s.ends_at, s.ended_at AS session_ended,
           d.post, r.may_move,
           r.reader_id, r.role, r.status AS reader_status,
           o.status AS organisation_status, o.name AS organisation_name,
           pl.kind AS place_kind, pl.name AS place_name,
           pl.organisation_id = r.organisation_id AND pl.status = 'active' AS own_place,
           pl.commune_code, pl.commune_as_of,
           (SELECT count(*) + count(ended_at) FROM rule_publication) AS book_changes,
           e.device_id AS seen_device, e.body_hash AS seen_hash,
           e.commitment AS seen_commitment, e.known_at AS seen_known_at,
           k.state, k.issue_no, k.ended_at, p0.merged_into IS NOT NULL AS merged,
           CASE WHEN p0.merged_into IS NOT NULL THEN (
               SELECT state FROM qid WHERE qid = p.qid) END AS kept_state,
           p.person_id, p.profile, p.updated_at, f.sealed AS facts,
           x.person_id AS recode_person, x.recode_id, x.colour AS recode_colour,
           x.confirmed_at AS recode_since, x.until AS recode_until, x.reason AS recode_reason,
           CASE WHEN a.wallets THEN (
               SELECT array_agg(w.id) FROM (
                   SELECT device_id AS id FROM device
                    WHERE person_id IN (p0.person_id, p.person_id) AND status = 'active'
                    UNION ALL
                   SELECT consent_id FROM consent
                    WHERE person_id IN (p0.person_id, p.person_id) AND ended_at IS NULL) w
           ) END AS wallets
      FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::bool[],
                  $11::timestamptz[])
           WITH ORDINALITY AS a(device_id, session_id, scan_id, place_id, qid, wallets, now, n)
      LEFT JOIN device d ON d.device_id = a.device_id
      LEFT JOIN session s ON s.device_id = a.device_id AND s.session_id = a.session_id
      LEFT JOIN reader r ON r.reader_id = s.reader_id
      LEFT JOIN organisation o ON o.organisation_id = r.organisation_id
      LEFT JOIN place pl ON pl.place_id = a.place_id
      LEFT JOIN LATERAL (
               SELECT device_id, body_hash, commitment, known_at FROM event
                WHERE event_id = a.scan_id AND event_id BETWEEN $9 AND $10 LIMIT 1) e ON true
      LEFT JOIN LATERAL (
               SELECT q.person_id, q.state, q.issue_no, q.ended_at FROM qid q WHERE q.qid = a.qid
                UNION ALL
               SELECT i.person_id, 'active', 1, NULL
                 FROM unnest($7::bigint[], $8::bytea[]) AS b(n, blind)
                 JOIN document_index i ON i.blind = b.blind AND i.proven
                WHERE b.n = a.n
                LIMIT 1) k ON true
      LEFT JOIN person p0 ON p0.person_id = k.person_id
      LEFT JOIN person p ON p.person_id = coalesce(p0.merged_into, p0.person_id)
      LEFT JOIN person_facts f ON f.person_id = p.person_id
      LEFT JOIN LATERAL (
               SELECT * FROM recode c
                WHERE c.person_id = ANY (ARRAY[p.person_id] || ARRAY(
                          SELECT m.person_id FROM merge m
                           WHERE m.into_id = p.person_id AND m.undone_at IS NULL))
                  AND c.confirmed_at IS NOT NULL AND c.ended_at IS NULL AND c.until > a.now
                ORDER BY array_position(ARRAY['red', 'yellow', 'neutral', 'green'], c.colour),
                         c.until DESC
                LIMIT 1) x ON true
     ORDER BY a.n
"""

#: A scan of this device, to be handled or undone.
OWN_SCAN: Final = """
    SELECT outcome, known_at FROM event
     WHERE event_id = $2 AND device_id = $1 AND kind = 'scan.read'
"""
