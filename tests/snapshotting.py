"""Snapshots and codes under keys of the tests' own."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from tests.staging import b64

from motma.cards.snapshot import ended
from motma.cards.snapshot.model import Body, Scheme, Snapshot, read, trusting, write
from motma.codec.issued import Assurance, Card, Form, Issue, Sign, compose
from motma.kernel.clock import civil_day
from motma.rules.books.choosing import reach_of
from motma.rules.books.shipped import shipped
from motma.scan import offline_texts

NOW = datetime(2021, 10, 8, 1, tzinfo=UTC)
QID = "179182651409203417"
SALT = bytes(range(16))


class Key:
    """An ES256 key: signs, and stands in a key set."""

    def __init__(self, secret: int, kid: str) -> None:
        self.kid = kid
        self.private = ec.derive_private_key(secret, ec.SECP256R1())

    def sign(self, data: bytes) -> tuple[str, bytes]:
        """Key id and r ‖ s."""
        signature = self.private.sign(data, ec.ECDSA(hashes.SHA256()))
        r, s = decode_dss_signature(signature)
        return self.kid, r.to_bytes(32, "big") + s.to_bytes(32, "big")

    def key_set(self) -> dict[str, Any]:
        """The JWK set of this key alone."""
        point = self.private.public_key().public_numbers()
        x, y = (b64(n.to_bytes(32, "big")) for n in (point.x, point.y))
        return {"keys": [{"kty": "EC", "crv": "P-256", "kid": self.kid, "x": x, "y": y}]}


SIGNER = Key(20211007, "500001")  # of snapshots
ISSUER = Key(20211008, "500002")  # of personal codes
STRANGER = Key(20211009, "500003")


def body(
    *, as_of: datetime = NOW, entries: Iterable[str] = (), province: str | None = None
) -> Body:
    """A snapshot's content with the shipped books."""
    day = civil_day(as_of)
    return Body(
        as_of=as_of,
        demo=True,
        province=province,
        keys=ISSUER.key_set(),
        signers=SIGNER.key_set(),
        books=tuple(msgspec.Raw(book.write()) for book in shipped()),
        schemes=tuple(Scheme(number=b.number, title=b.book.title) for b in shipped()),
        ended=ended.ended(entries, salt=SALT),
        reach=tuple(reach_of(book.book.scope, day) for book in shipped()),
        texts=offline_texts.published(),
    )


def file(content: Body, *, key: Key = SIGNER, sign: Sign | None = None) -> bytes:
    """The signed file."""
    return write(content, kid=key.kid, sign=sign or key.sign)


def snapshot(content: Body) -> Snapshot:
    """The same, read again by a gate that trusts the signer."""
    return read(file(content), trusting(json.loads(json.dumps(SIGNER.key_set()))))


def code(  # each default is the ordinary code
    *,
    qid: str = QID,
    card: Card | None = None,
    number: int = 1,
    key: Key = ISSUER,
    form: Form = Form.PHONE,
    lasts: timedelta = timedelta(days=30),
) -> str:
    """A signed personal code."""
    issue = Issue(
        name="TRAN THI THU",
        born="1990-**-**",
        qid=qid,
        form=form,
        number=number,
        assurance=Assurance.SEEN,
        issued_on=civil_day(NOW) - timedelta(days=60),
        expires_on=civil_day(NOW - timedelta(days=60) + lasts) + timedelta(days=60),
        card=card,
    )
    return compose(issue, kid=key.kid, sign=key.sign)
