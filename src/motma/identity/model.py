"""A person's profile and what may change it: pure values and decisions."""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from enum import IntEnum
from typing import Final
from uuid import UUID

import msgspec

from motma.kernel import birth as births
from motma.kernel import documents, names, phones
from motma.kernel.birth import Birth
from motma.kernel.clock import civil_day
from motma.kernel.documents import Document, DocumentKind
from motma.kernel.errors import Malformed

SEXES: Final = ("male", "female", "other", "unknown")
#: Coming of age. Source: Civil Code of Vietnam 2015, article 20.
ADULT_YEARS: Final = 18

PROFILE_COLUMN: Final = "person.profile"
DOCUMENT_COLUMN: Final = "document.sealed"
#: What registrars type: it may name papers or people, so it is sealed too.
REASON_COLUMN: Final = "qid.reason"
MERGE_COLUMN: Final = "merge.reason"
EVIDENCE_COLUMN: Final = "guardian.evidence"
CASE_COLUMN: Final = "review_case.sealed"
#: Sources nobody vouches for: what people say of themselves, and files of such sayings.
SELF: Final = "self"
DECLARED_TO: Final = "declared:"
_MOST_PHONES: Final = 8
_MOST_DOCUMENTS: Final = 12
_MOST_ADDRESS: Final = 200
_COUNTRY_LETTERS: Final = 3


class Assurance(IntEnum):
    """How sure an attribute is; also signed into the QR. Source: decisions.md no. 4."""

    DECLARED = 0
    SEEN = 1
    CONFIRMED = 2


class Attribute(msgspec.Struct, frozen=True):
    """A value with its assurance, since when it is known, and from whom."""

    value: str
    assurance: int
    known_at: datetime
    source: str


class Held(msgspec.Struct, frozen=True, omit_defaults=True):
    """A document somebody holds."""

    kind: str
    number: str
    assurance: int
    known_at: datetime
    source: str
    issuer: str = documents.HOME

    @property
    def document(self) -> Document:
        """The normalised document."""
        return Document(DocumentKind(self.kind), self.number, self.issuer)


class Profile(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Everything known of a person: one sealed JSON document."""

    full_name: Attribute
    birth: Attribute
    sex: Attribute | None = None
    nationality: Attribute | None = None
    commune: Attribute | None = None  # code@as-of, e.g. 00004@2025-07-01
    address: Attribute | None = None
    phones: tuple[Attribute, ...] = ()
    documents: tuple[Held, ...] = ()
    declared_by: str = "self"  # self, guardian or registrar

    @property
    def born(self) -> Birth:
        """The birth date, maybe partial."""
        return Birth(*map(int, self.birth.value.split("-")))

    @property
    def assurance(self) -> Assurance:
        """What the person as a whole may be trusted for: the best of the documents."""
        return Assurance(max((d.assurance for d in self.documents), default=0))

    @property
    def vouched(self) -> bool:
        """Whether a registrar or a national source spoke for the person, documents or not."""
        source = self.full_name.source
        return self.assurance > Assurance.DECLARED or not (
            source == SELF or source.startswith(DECLARED_TO)
        )

    def number(self, kind: DocumentKind) -> str | None:
        """The best known number of a kind."""
        held = [d for d in self.documents if d.kind == kind]
        return max(held, key=lambda d: (d.assurance, d.known_at)).number if held else None


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Profile)


def write(profile: Profile) -> bytes:
    """The profile as JSON, to be sealed."""
    return _encoder.encode(profile)


def read(data: bytes) -> Profile:
    """The profile from its JSON."""
    return _decoder.decode(data)


class Claim(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A registration as it comes in: texts, not yet judged."""

    full_name: str
    birth: str
    sex: str = "unknown"
    nationality: str | None = None
    documents: tuple["ShownDocument", ...] = ()
    phones: tuple[str, ...] = ()
    commune_code: str | None = None
    commune_as_of: date | None = None
    address: str | None = None
    declared_by: str = "self"


class ShownDocument(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A document in a claim; `seen` by the registrar, or only declared."""

    kind: str
    number: str
    issuer: str = documents.HOME
    seen: bool = False


def judge(claim: Claim, *, source: str, assurance: Assurance, now: datetime) -> Profile:
    """The profile that a claim makes, normalised; Malformed names the field.

    `assurance` is what the caller can give: a registrar SEEN, a national source CONFIRMED. It
    reaches only documents that were seen, and attributes only when at least one document was.
    The source of what nobody vouches for says so.
    """
    if assurance == Assurance.DECLARED and source != SELF:
        source = DECLARED_TO + source
    if claim.sex not in SEXES:
        raise Malformed("identity.sex", "sex")
    if claim.declared_by not in ("self", "guardian", "registrar"):
        raise Malformed("identity.declared-by", "declared_by")
    if len(claim.phones) > _MOST_PHONES or len(claim.documents) > _MOST_DOCUMENTS:
        raise Malformed("identity.too-many-items")
    held = _joined_documents(
        (), (_held(shown, source=source, assurance=assurance, now=now) for shown in claim.documents)
    )
    proof = max((d.assurance for d in held), default=Assurance.DECLARED)

    def attribute(value: str, sure: int = proof) -> Attribute:
        return Attribute(value, sure, now, source)

    born = births.parse(claim.birth, today=civil_day(now))
    return Profile(
        full_name=attribute(names.clean(claim.full_name)),
        birth=attribute(str(born)),
        sex=None if claim.sex == "unknown" else attribute(claim.sex),
        nationality=attribute(_country(claim.nationality)) if claim.nationality else None,
        commune=_commune(claim, attribute),
        address=attribute(names_line(claim.address), 0) if claim.address else None,
        phones=tuple(attribute(phones.normalise(p), 0) for p in dict.fromkeys(claim.phones)),
        documents=held,
        declared_by=claim.declared_by,
    )


def _held(shown: ShownDocument, *, source: str, assurance: Assurance, now: datetime) -> Held:
    document = documents.normalise(shown.kind, shown.number, issuer=_country(shown.issuer))
    sure = assurance if shown.seen else Assurance.DECLARED
    return Held(document.kind, document.number, sure, now, source, document.issuer)


def _country(text: str) -> str:
    """An ISO 3166-1 alpha-3 code in capitals, or Malformed."""
    code = text.strip().upper()
    if not (len(code) == _COUNTRY_LETTERS and code.isascii() and code.isalpha()):
        raise Malformed("identity.country", "nationality")
    return code


def _commune(claim: Claim, attribute: Callable[[str, int], Attribute]) -> Attribute | None:
    if not claim.commune_code:
        return None
    if not (claim.commune_code.isascii() and claim.commune_code.isdigit()):
        raise Malformed("identity.commune", "commune_code")
    as_of = claim.commune_as_of.isoformat() if claim.commune_as_of else ""
    return attribute(f"{claim.commune_code[:5]}@{as_of}", 0)


def names_line(text: str) -> str:
    """An address line: printable, one line, at most 200 characters, or Malformed."""
    line = " ".join(text.split())
    if len(line) > _MOST_ADDRESS or not line.isprintable():
        raise Malformed("identity.address", "address")
    return line


def agree(one: Profile, other: Profile) -> bool:
    """Whether two profiles may be one person: same name without diacritics, births that agree."""
    same_name = names.fold(one.full_name.value) == names.fold(other.full_name.value)
    return same_name and one.born.agrees(other.born)


def improve(known: Profile, news: Profile) -> Profile:
    """What is known after the news: never a lower assurance over a higher one.

    At equal assurance the later wins, except that a more exact birth date is kept.
    """
    return Profile(
        full_name=_better(known.full_name, news.full_name),
        birth=_better_birth(known.birth, news.birth),
        sex=_better_or_none(known.sex, news.sex),
        nationality=_better_or_none(known.nationality, news.nationality),
        commune=_better_or_none(known.commune, news.commune),
        address=_better_or_none(known.address, news.address),
        phones=_joined_phones(known.phones, news.phones),
        documents=_joined_documents(known.documents, news.documents),
        declared_by=known.declared_by,
    )


def _better(known: Attribute, news: Attribute) -> Attribute:
    if news.value == known.value and news.assurance == known.assurance:
        return known  # nothing new: since when it is known stays
    return news if news.assurance >= known.assurance else known


def _better_birth(known: Attribute, news: Attribute) -> Attribute:
    if news.assurance == known.assurance and len(news.value) < len(known.value):
        return known
    return _better(known, news)


def _better_or_none(known: Attribute | None, news: Attribute | None) -> Attribute | None:
    if known is None or news is None:
        return known or news
    return _better(known, news)


def _joined_phones(known: Iterable[Attribute], news: Iterable[Attribute]) -> tuple[Attribute, ...]:
    """The surest, then the newest first. Who is dropped depends on when each was last named.

    A number named again keeps since when it is known, yet must not be dropped as an old one: the
    same news would bring it back the next time.
    """
    best: dict[str, Attribute] = {a.value: a for a in known}
    named = {a.value: a.known_at.timestamp() for a in best.values()}
    for one in news:
        best[one.value] = _better(best[one.value], one) if one.value in best else one
        named[one.value] = one.known_at.timestamp()
    ranked = sorted(best.values(), key=lambda a: (-a.assurance, -named[a.value]))
    dropped = {a.value for a in ranked[_MOST_PHONES:]}
    kept = [a for a in best.values() if a.value not in dropped]
    return tuple(sorted(kept, key=lambda a: (-a.assurance, -a.known_at.timestamp())))


def _joined_documents(known: Iterable[Held], news: Iterable[Held]) -> tuple[Held, ...]:
    best: dict[str, Held] = {}
    for held in (*known, *news):
        key = held.document.key
        if key not in best or held.assurance > best[key].assurance:
            best[key] = held
    return tuple(best.values())


def warnings(profile: Profile) -> tuple[str, ...]:
    """What a document says otherwise than the person; never a reason to refuse."""
    sex = profile.sex.value if profile.sex else "unknown"
    found = (documents.warnings(d.document, sex=sex, birth=profile.born) for d in profile.documents)
    return tuple(dict.fromkeys(code for codes in found for code in codes))


def declaration_key(claim: Claim, news: Profile) -> str:
    """What makes two self-declarations one: the same documents, name and birth date.

    Without a document only the very same words do: two people may share name and birthday.
    """
    if not news.documents:
        return msgspec.json.encode(claim).decode()
    numbers = ",".join(sorted(held.document.key for held in news.documents))
    return f"{numbers}|{names.fold(news.full_name.value)}|{news.birth.value}"


class CaseFile(msgspec.Struct, frozen=True, kw_only=True):
    """What a registrar decides on: both versions as they were, and who else is concerned."""

    known: Profile
    news: Profile
    others: tuple[UUID, ...] = ()


class PersonRow(msgspec.Struct, frozen=True, kw_only=True):
    """A person as stored, opened."""

    person_id: UUID
    profile: Profile
    version: int
    qid: str
    merged_into: UUID | None
    updated_at: datetime
