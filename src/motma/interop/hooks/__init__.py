"""Webhooks: the change feed brought to an app's door, signed, in order, at least once.

Signed as Standard Webhooks say: `v1` by a secret that the app was given once, `v1a` by a key of
which the app has the public half. Tables: local.hook, local.hook_delivery.
"""
