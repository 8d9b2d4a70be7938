"""The one way out: every request that the platform makes to the outside goes through here.

Promises: a name is resolved once and the connection goes to the very address that was checked;
addresses inside networks are refused unless the caller's setting allows them; redirects are not
followed; time and size have an end; no proxy of the environment is asked; what was sent and what
came back stands in no log and no error.
"""
