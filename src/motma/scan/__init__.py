"""Any QR in, one answer out: who (as far as the view allows), the card, why, how fresh.

Words: an *outcome* says what the code is worth, *advice* says what the guard should do; a scan is
*durable* when its event is committed, and only then is it answered.

Promises: one statement to read, one append shared by the scans that arrive meanwhile; what was
revoked is never known; a scan sent twice counts once; unknown and not allowed look alike.
"""
