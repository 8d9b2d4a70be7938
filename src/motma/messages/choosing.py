"""A sender from what is set; SenderUnset names the setting that is missing or unreadable."""

import json
from pathlib import Path
from urllib.parse import urlsplit

from motma.kernel.clock import Clock
from motma.messages.errors import SenderUnset
from motma.messages.senders import Http
from motma.messages.smpp import Smpp


def gateway(*, url: str, template: str, secret_file: Path | None, private_network: bool) -> Http:
    """An operator's JSON gateway."""
    if not url:
        raise SenderUnset("MOTMA_SMS_URL")
    secret = _secret(secret_file)
    try:
        body = json.loads(template)
    except ValueError as error:
        raise SenderUnset("MOTMA_SMS_TEMPLATE") from error
    return Http(
        url=url,
        template=body,
        headers={"authorization": f"Bearer {secret}"} if secret else {},
        private_network=private_network,
    )


def smsc(
    *,
    url: str,
    system_id: str,
    sender: str,
    secret_file: Path | None,
    ca_file: Path | None,
    private_network: bool,
    clock: Clock,
) -> Smpp:
    """An operator's SMSC."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise SenderUnset("MOTMA_SMS_URL") from error
    if parts.scheme not in {"smpp", "smpps"} or not host or not port:
        raise SenderUnset("MOTMA_SMS_URL")
    for value, setting in ((system_id, "MOTMA_SMS_SYSTEM_ID"), (sender, "MOTMA_SMS_FROM")):
        if not value or not value.isascii():
            raise SenderUnset(setting)
    return Smpp(
        host=host,
        port=port,
        system_id=system_id,
        password=_secret(secret_file),
        sender=sender,
        clock=clock,
        tls=parts.scheme == "smpps",
        ca_file=ca_file,
        private_network=private_network,
    )


def _secret(file: Path | None) -> str:
    """The secret of whoever sends our messages; empty without one."""
    if file is None:
        return ""
    try:
        return file.read_text("utf-8").strip()
    except OSError as error:
        raise SenderUnset("MOTMA_SMS_SECRET_FILE") from error
