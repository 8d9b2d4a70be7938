"""A wallet without the network tells a genuine scanner from others; both sides make one text."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import pytest
from tests.browser.offline.node import asking
from tests.snapshotting import ISSUER, NOW, SIGNER, Key
from tests.staging import b64

from motma.access.genuine import model
from motma.access.genuine.model import MOST_CHARACTERS, Statement
from motma.access.policy import FIELDS
from motma.codec import jwks

DEVICE: Final = Key(77, "0")
OTHER: Final = Key(78, "0")
ORIGIN: Final = "https://qr.example.vn"
TRUSTED: Final = jwks.parse(SIGNER.key_set()).find


def _point(key: Key) -> bytes:
    numbers = key.private.public_key().public_numbers()
    return b"\x04" + numbers.x.to_bytes(32, "big") + numbers.y.to_bytes(32, "big")


SAID: Final = Statement(
    public_key=_point(DEVICE),
    device_id=UUID(int=7),
    role="checkpoint",
    organisation="Chợ Đầm",
    place="Cổng số 1",
    sees=FIELDS,
    ends_at=NOW + timedelta(minutes=10),
)


def statement(said: Statement = SAID, key: Key = SIGNER) -> str:
    """The platform's part."""
    return model.compose(said, origin=ORIGIN, kid=key.kid, sign=key.sign)


def shown(said: str, key: Key = DEVICE, at_s: float = NOW.timestamp()) -> str:
    """The whole text, made in Python."""
    text = f"{said}.{int(at_s) // 30}"
    return f"{text}.{b64(key.sign(model.SCREEN + text.encode())[1])}"


def heard(harness: Path, *texts: str, after_s: float = 0) -> list[dict[str, Any]]:
    """What a wallet says of each."""
    at = int((NOW.timestamp() + after_s) * 1000)
    asked = [{"text": text, "keys": SIGNER.key_set(), "atMs": at} for text in texts]
    found: list[dict[str, Any]] = asking(harness, readers=asked)["readers"]
    return found


def test_a_wallet_hears_organisation_place_role_and_fields(harness: Path) -> None:
    other = replace(SAID, sees=("masked_name", "card"), public_key=_point(OTHER))
    all_, few = heard(harness, shown(statement()), shown(statement(other), OTHER))
    assert all_ == {
        "genuine": True,
        "organisation": "Chợ Đầm",
        "place": "Cổng số 1",
        "role": "checkpoint",
        "sees": list(FIELDS),
        "validUntilMs": int(SAID.ends_at.timestamp() * 1000),
    }
    assert few["sees"] == ["masked_name", "card"]


def test_forged_expired_and_foreign_texts_are_refused_by_both(harness: Path) -> None:
    texts = {
        shown(statement(), OTHER): "forged",  # replayed from another device
        shown(statement(key=Key(5, SIGNER.kid))): "forged",
        shown(statement(key=ISSUER)): "unknown-key",
        shown(statement()).replace("example", "exampel"): "forged",
        shown(statement(), at_s=NOW.timestamp() - 60): "expired",
        shown(statement(replace(SAID, ends_at=NOW - timedelta(seconds=1)))): "expired",
        "https://qr.example.vn/p/1.2.3": "not-one",
        "": "not-one",
    }
    assert [one.get("reason") for one in heard(harness, *texts)] == list(texts.values())
    found = [model.check(text, TRUSTED, now=NOW).reason for text in texts]
    assert found == list(texts.values())


@pytest.mark.parametrize("after_s", [-30, 0, 59])
def test_a_text_is_good_one_step_around(harness: Path, after_s: float) -> None:
    assert heard(harness, shown(statement()), after_s=after_s)[0]["genuine"]


def test_what_the_reader_page_shows_is_genuine_to_both(harness: Path) -> None:
    secret = DEVICE.key_set()["keys"][0]
    number = DEVICE.private.private_numbers().private_value
    secret = {name: secret[name] for name in ("kty", "crv", "x", "y")}
    secret["d"] = b64(number.to_bytes(32, "big"))
    at = int(NOW.timestamp() * 1000)
    asked = [{"statement": statement(), "secret": secret, "atMs": at}]
    (text,) = asking(harness, screens=asked)["screens"]
    assert heard(harness, text)[0]["genuine"]
    assert model.check(text, TRUSTED, now=NOW).reason is None


def test_long_names_are_cut_so_that_the_text_stays_short() -> None:
    long = replace(SAID, organisation="Ủy ban nhân dân " * 12, place="Trạm y tế phường " * 12)
    text = shown(statement(long))
    found = model.check(text, TRUSTED, now=NOW)
    assert len(text) <= MOST_CHARACTERS
    assert found.reason is None
    assert found.statement is not None
    assert found.statement.organisation.endswith("…")
    assert found.statement.place.startswith("Trạm y tế")
