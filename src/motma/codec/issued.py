"""Our issued form of the personal QR: masked or full, signed, with slots frozen whole.

`******|HoTen|YYYY-**-**|LoaiDinhDanh|QID|<<<<SIGNATURE<v=1<m=…[<c=…][<t=…]`, where `m`, `c` and
`t` are digits in fixed places. The grammar and how to verify: docs/qr-format.md.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from enum import IntEnum, StrEnum
from typing import Final, Self

from motma.codec import es256, personal
from motma.codec.living import strip_living
from motma.kernel.errors import Malformed

LAYOUT: Final = "1"

#: Bound into every signature, so that it means nothing in any other protocol.
CONTEXT: Final = b"motma.personal-qr.v1\n"

#: A masked document is always this, whether it has 12 digits, 9, a letter, or there is none.
MASK: Final = personal.SIX_STARS

#: Longest name in the symbol. Source: docs/qr-format.md, keeps every masked text within 12-M.
NAME_LETTERS: Final = 40

#: m: key id, form, assurance, issue number, issue day, expiry day, installation (zeros: none).
#: c: scheme, colour, expiry minute. t: name of the secret, code.
_TAIL: Final = (
    r"v=1<m=([0-9]{6})([12])([012])([0-9]{5})([0-9]{8})([0-9]{8})([0-9]{8})"
    r"(?:<c=([0-9]{4})([12])([0-9]{12}))?(?:<t=([0-9]{8})([0-9]{6}))?"
)
_ISSUED: Final = re.compile(
    r"(\*{6}|[0-9A-Z]{5,20}|)\|([A-Z]+(?: [A-Z]+)*)\|([0-9]{4}-(?:[0-9]{2}-[0-9]{2}|\*\*-\*\*))\|"
    r"([01])\|([1-9][0-9]{17})\|([1-9][0-9]{17}|)<([012]?)<([A-Z]{2}[0-9]{13}|[0-9]{10}|)"
    rf"<(0[0-9]{{9}}|)<([0-9]{{155}}|)<{_TAIL}",
)
#: Any layout version: what is signed, the slot cut out, and the key id, first in `m` always.
_SIGNED: Final = re.compile(
    r"((?:[^|<]*\|){5}(?:[^|<]*<){4})([0-9]{155}|)(<v=[0-9]+<m=([0-9]{6})[^|]*)"
)
_VERSIONED: Final = re.compile(r"(?:[^|]*\|){5}(?:[^<|]*<){5}v=[^|]*")

Sign = Callable[[bytes], tuple[str, bytes]]
FindKey = Callable[[str], es256.PublicKey | None]


class Form(StrEnum):
    """On what it is shown."""

    PHONE = "1"
    PAPER = "2"


class Assurance(IntEnum):
    """How well the person is known; decisions.md no. 4."""

    SELF_DECLARED = 0
    SEEN = 1
    SOURCE_MATCHED = 2


class Colour(StrEnum):
    """The colours that may stand in a code: red would publish an illness."""

    GREEN = "1"
    YELLOW = "2"


class Signature(StrEnum):
    """What a verifier can say of the signature; only VALID is a proof."""

    NONE = "none"  # not our form
    UNSIGNED = "unsigned"  # our form with an empty slot
    VALID = "valid"
    FORGED = "forged"
    UNKNOWN_KEY = "unknown-key"


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A favourable colour under a scheme until a moment; no card means “ask”."""

    scheme: int  # 0 to 9999
    colour: Colour
    until: datetime  # UTC, whole minutes

    def stands(self, *, at: datetime) -> bool:
        """Whether the colour still holds."""
        return at < self.until


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """What is signed: the national fields and our tokens but for key and signature.

    As it stands it is the masked form, the default; the full form, for services that require
    v1.1 in full, also fills `document`, a whole `born`, and what it knows of the other slots.
    """

    name: str  # HoTen as `fitted_name` gives it
    born: str  # as `masked_birth` gives it, or YYYY-MM-DD in the full form
    qid: str
    form: Form
    number: int  # issue number of this QID, 1 to 99,999
    assurance: Assurance
    issued_on: date
    expires_on: date  # last civil day on which it is good
    identity_kind: str = "0"
    document: str = MASK
    declarant: str = ""
    sex: str = ""
    bhyt: str = ""
    phone: str = ""
    installation: int | None = None  # 1 to 99,999,999
    card: Card | None = None

    def with_card(self, card: Card | None) -> Self:
        """The same issue with another card; the next `compose` signs it."""
        return replace(self, card=card)


@dataclass(frozen=True, slots=True)
class Issued:
    """A text of our form as read; nothing is said about its signature."""

    issue: Issue
    kid: str
    signature: str  # 155 digits, or empty
    living: tuple[int, str] | None = None  # name of the secret, code

    @property
    def is_masked(self) -> bool:
        """Whether the document number is hidden."""
        return self.issue.document == MASK

    def expired(self, *, on: date) -> bool:
        """Whether its last good civil day is over."""
        return on > self.issue.expires_on


def masked_birth(year: int) -> str:
    """The birth date of the masked form.

    >>> masked_birth(1989)
    '1989-**-**'
    """
    return f"{year:04d}{personal.MASKED_DAY}"


def fitted_name(hoten: str) -> str:
    """HoTen in at most 40 letters: middle names become initials from the left, then it is cut.

    Family and given name stay whole as long as they can; a single word is cut.

    >>> fitted_name("NGUYEN HOANG THIEN PHUC BAO MINH CHAU ANH THU")
    'NGUYEN H T PHUC BAO MINH CHAU ANH THU'
    >>> len(fitted_name("A" * 60))
    40
    """
    words = hoten.split(" ")
    for middle in range(1, len(words) - 1):
        if len(" ".join(words)) <= NAME_LETTERS:
            break
        words[middle] = words[middle][0]
    return " ".join(words)[:NAME_LETTERS].rstrip(" ")


def compose(issue: Issue, *, kid: str, sign: Sign) -> str:
    """The signed text. `kid` is the key believed active: it stands in what is signed.

    When the signer has turned to another key meanwhile, the text is made again for that one.
    The card's expiry is rounded down to the minute. `Malformed` names a field that can't stand.
    """
    used, signature = sign(_message(_written(issue, kid, "")))
    if used != kid:
        kid, signature = sign(_message(_written(issue, used, "")))
        if kid != used:
            raise RuntimeError("the signing key changed twice while one text was signed")
    text = _written(issue, kid, es256.to_digits(signature))
    parse(text)
    return text


def parse(text: str) -> Issued:
    """The value of a text of our form; `Malformed` with the code of the part that is wrong."""
    found = _ISSUED.fullmatch(text)
    if found is None:
        raise Malformed(_layout_problem(text))
    document, name, born, kind, qid, declarant, sex, bhyt, phone, signature = found.groups()[:10]
    kid, form, assurance, number, since, until, installation = found.groups()[10:17]
    issue = Issue(
        name=name,
        born=born,
        qid=qid,
        form=Form(form),
        number=int(number),
        assurance=Assurance(int(assurance)),
        issued_on=_day(since, "qr.issue-day"),
        expires_on=_day(until, "qr.expiry-day"),
        identity_kind=kind,
        document=document,
        declarant=declarant,
        sex=sex,
        bhyt=bhyt,
        phone=phone,
        installation=int(installation) or None,
        card=_card(*found.groups()[17:20]),
    )
    _check(issue)
    living = (int(found[21]), found[22]) if found[21] else None
    if living and issue.form is Form.PAPER:
        raise Malformed("qr.paper-lives", "t")
    return Issued(issue, kid, signature, living)


def is_issued(text: str) -> bool:
    """Whether the text says that it is of our form, of any layout version."""
    return _VERSIONED.fullmatch(text) is not None


def verify(text: str, find_key: FindKey) -> Signature:
    """What can be said of the signature; expiry is another question. Never raises."""
    found = _SIGNED.fullmatch(strip_living(text))
    if found is None:
        return Signature.NONE
    before, digits, after, kid = found.groups()
    if not digits:
        return Signature.UNSIGNED
    key = find_key(kid)
    if key is None:
        return Signature.UNKNOWN_KEY
    message = _message(before + after)
    return Signature.VALID if es256.verify(key, digits, message) else Signature.FORGED


def _message(text_with_empty_slot: str) -> bytes:
    """The bytes that are signed."""
    return CONTEXT + text_with_empty_slot.encode()


def _written(issue: Issue, kid: str, signature: str) -> str:
    """The text of an issue."""
    m = (
        f"{kid}{issue.form}{issue.assurance:d}{issue.number:05d}{issue.issued_on:%Y%m%d}"
        f"{issue.expires_on:%Y%m%d}{issue.installation or 0:08d}"
    )
    ext = [issue.declarant, issue.sex, issue.bhyt, issue.phone, signature, f"v={LAYOUT}", f"m={m}"]
    if issue.card is not None:
        until = issue.card.until.astimezone(UTC)
        ext.append(f"c={issue.card.scheme:04d}{issue.card.colour}{until:%Y%m%d%H%M}")
    body = [issue.document, issue.name, issue.born, issue.identity_kind, issue.qid]
    return "|".join([*body, "<".join(ext)])


def _check(issue: Issue) -> None:
    """What the grammar can't say: dates in order, a mask that is whole, no colour on paper."""
    half_masked = (issue.document == MASK) != issue.born.endswith(personal.MASKED_DAY)
    if len(issue.name) > NAME_LETTERS:
        raise Malformed("qr.name-too-long", "name")
    if issue.document == MASK and (half_masked or _told(issue)):
        raise Malformed("qr.half-masked")
    if not issue.born.endswith(personal.MASKED_DAY):
        _day(issue.born.replace("-", ""), "qr.birth-date")
    if not issue.number:
        raise Malformed("qr.issue-number", "m")
    if issue.expires_on < issue.issued_on:
        raise Malformed("qr.expiry-day", "m")
    if issue.card is not None and issue.form is Form.PAPER:
        raise Malformed("qr.paper-colour", "c")


def _told(issue: Issue) -> bool:
    """Whether any of the slots that the masked form leaves empty is filled."""
    return bool(issue.declarant or issue.sex or issue.bhyt or issue.phone)


def _card(scheme: str | None, colour: str | None, until: str | None) -> Card | None:
    """The card slot, absent when it says nothing."""
    if scheme is None or colour is None or until is None:
        return None
    try:
        day, hour, minute = _day(until[:8], "qr.card-expiry"), int(until[8:10]), int(until[10:])
        moment = datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)
    except ValueError:
        raise Malformed("qr.card-expiry", "c") from None
    return Card(scheme=int(scheme), colour=Colour(colour), until=moment)


def _day(digits: str, code: str) -> date:
    """A civil day of eight digits."""
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        raise Malformed(code) from None


def _layout_problem(text: str) -> str:
    """Why the strict grammar refused."""
    if not is_issued(text):
        return "qr.not-issued"
    return "qr.layout" if "<v=1<" in text else "qr.layout-unknown"
