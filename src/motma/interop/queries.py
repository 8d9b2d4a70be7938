"""SQL of apps, handles, consents and the feed."""

from typing import Final

ADD_APP: Final = """
    INSERT INTO app (client_id, name_vi, name_en, redirects, created_at) VALUES ($1, $2, $3, $4, $5)
"""
_APP: Final = """
    SELECT a.client_id, a.name_vi, a.name_en, a.redirects, a.created_at, c.scopes,
           o.name AS organisation, c.ended_at IS NULL AND o.status = 'active' AS active
      FROM app a JOIN client c USING (client_id) JOIN organisation o USING (organisation_id)
"""
APP: Final = _APP + " WHERE a.client_id = $1"
APPS: Final = _APP + " ORDER BY a.created_at, a.client_id"

#: The same claim of the same app is the same handle.
ADD_HANDLE: Final = """
    INSERT INTO app_handle (client_id, handle, claim, claim_index, created_at)
    VALUES ($1, $2, $3, $4, $5) ON CONFLICT (client_id, claim_index) DO NOTHING
"""
HANDLE_BY_CLAIM: Final = """
    SELECT handle FROM app_handle WHERE client_id = $1 AND claim_index = ANY($2)
"""
HANDLE: Final = "SELECT handle, claim FROM app_handle WHERE client_id = $1 AND handle = $2"

GIVE: Final = """
    INSERT INTO consent (person_id, consent_id, client_id, handle, scopes, given_at)
    VALUES ($1, $2, $3, $4, $5, $6)
"""
STANDING: Final = """
    SELECT consent_id, handle, scopes FROM consent
     WHERE person_id = ANY($1) AND client_id = $2 AND ended_at IS NULL FOR UPDATE
"""
#: Served by consent_of_handle.
BEHIND: Final = """
    SELECT person_id, consent_id, scopes FROM consent
     WHERE client_id = $1 AND handle = $2 AND ended_at IS NULL
"""
CONSENTS: Final = """
    SELECT n.consent_id, n.client_id, a.name_vi AS app_vi, a.name_en AS app_en,
           o.name AS organisation, n.scopes, n.given_at
      FROM consent n JOIN app a USING (client_id) JOIN client c USING (client_id)
      JOIN organisation o USING (organisation_id)
     WHERE n.person_id = ANY($1) AND n.ended_at IS NULL ORDER BY n.given_at DESC
"""
EVERY_CONSENT: Final = """
    SELECT n.consent_id, n.client_id, a.name_vi AS app_vi, a.name_en AS app_en, n.handle, n.scopes,
           n.given_at, n.ended_at
      FROM consent n JOIN app a USING (client_id)
     WHERE n.person_id = ANY($1) ORDER BY n.given_at, n.consent_id
"""
END: Final = """
    UPDATE consent SET ended_at = $3
     WHERE person_id = ANY($1) AND consent_id = $2 AND ended_at IS NULL
 RETURNING person_id, client_id, handle
"""
#: Whoever a change is about, under every id of theirs.
CONSENTED: Final = """
    SELECT person_id, client_id, handle FROM consent
     WHERE person_id = ANY($1) AND ended_at IS NULL
"""

ADD_GRANT: Final = """
    INSERT INTO consent_code (code_hash, client_id, handle, redirect, challenge, scopes, expires_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
"""
#: A code is good once, whoever brings it: the wrong one uses it up too.
USE_GRANT: Final = """
    UPDATE consent_code SET used_at = $2
     WHERE code_hash = ANY($1) AND used_at IS NULL AND expires_at > $2
 RETURNING client_id, handle, redirect, challenge, scopes
"""

#: One process at a time writes the feed: positions are in the order of their commits.
ONE_WRITER: Final = "SELECT pg_try_advisory_xact_lock(hashtext('motma feed of apps'))"
TELL: Final = """
    INSERT INTO local.app_change (client_id, position, handle, kind, at, told_at)
    SELECT client_id, nextval('local.app_change_position'), handle, kind, at, $5
      FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[])
           WITH ORDINALITY AS t (client_id, handle, kind, at, n) ORDER BY n
"""
FEED: Final = """
    SELECT position, handle, kind, at, told_at FROM local.app_change
     WHERE client_id = $1 AND position > $2 ORDER BY position LIMIT $3
"""
FORGET_FEED: Final = "DELETE FROM local.app_change WHERE told_at < $1"
FORGET_GRANTS: Final = "DELETE FROM consent_code WHERE expires_at < $1"
FORGET_CONSENTS: Final = "DELETE FROM consent WHERE ended_at < $1"
