"""Checks what comes to an app's webhook (Standard Webhooks 1.0), before a byte is believed."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from typing import Any

#: Seconds by which a delivery may be old, or early: what is older may be a replay.
TOLERANCE_S = 300


def verify(secret: str, headers: Mapping[str, str], body: bytes) -> list[dict[str, Any]]:
    """The changes in a delivery, in order; ValueError when it is not the platform's, or too old.

    `secret` is the one told when the webhook was added (`whsec_…`); header names in any case.
    """
    names = {name.lower(): value for name, value in headers.items()}
    try:
        name, second = names["webhook-id"], names["webhook-timestamp"]
        signatures = names["webhook-signature"].split(" ")
        age = abs(time.time() - int(second))
    except (KeyError, ValueError):
        raise ValueError("no signed delivery") from None
    if age > TOLERANCE_S:
        raise ValueError("too old")
    key = base64.b64decode(secret.removeprefix("whsec_"))
    right = hmac.new(key, f"{name}.{second}.".encode() + body, hashlib.sha256).digest()
    expected = f"v1,{base64.b64encode(right).decode()}"
    if not any(hmac.compare_digest(expected.encode(), each.encode()) for each in signatures):
        raise ValueError("wrong signature")
    found: list[dict[str, Any]] = json.loads(body)["data"]
    return found
