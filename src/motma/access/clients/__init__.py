"""Clients: laboratories, national sources and apps that call us as programs, by a key of their own.

Words: a *client* is a program of an organisation; an *assertion* is what it signs to get a token
(`private_key_jwt`, RFC 7523); a *scope* is one thing a token may be used for.

Promises: no secret of a client is known here, only its public key; an assertion is good once; a
token lives ten minutes at most, and a revoked client is refused at its next request.
"""
