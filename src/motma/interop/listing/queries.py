"""SQL of reports."""

from typing import Final

ADD: Final = """
    INSERT INTO conformance_report (client_id, report_id, profile, conforms, signed, made_at)
    VALUES ($1, $2, $3, $4, $5, $6)
"""
REPORTS: Final = """
    SELECT r.client_id, r.report_id, r.profile, r.conforms, r.made_at,
           a.name_vi, a.name_en, o.name AS organisation
      FROM conformance_report r JOIN app a USING (client_id) JOIN client c USING (client_id)
      JOIN organisation o USING (organisation_id)
     WHERE c.ended_at IS NULL AND o.status = 'active'
     ORDER BY a.name_vi, r.client_id, r.profile, r.made_at, r.report_id
"""
HISTORY: Final = """
    SELECT report_id, profile, conforms, made_at FROM conformance_report
     WHERE client_id = $1 ORDER BY made_at DESC, report_id DESC LIMIT 500
"""
REPORT: Final = """
    SELECT client_id, signed, made_at FROM conformance_report WHERE report_id = $1
"""
