"""Takes in what the population and the insurance register say of people: confirmed by a source."""

from collections.abc import Sequence
from datetime import date
from typing import Final
from uuid import UUID

import msgspec

from motma.access.means import Means
from motma.identity import service as identity
from motma.identity.model import Assurance, Claim, ShownDocument
from motma.identity.service import Registered
from motma.kernel.documents import HOME
from motma.kernel.errors import Declined, Malformed
from motma.records import service as records
from motma.records.sources import queries
from motma.records.sources.model import Dead, Taken
from motma.records.sources.naming import LARGEST_VERSION, LONGEST_ID, id_of
from motma.records.sources.saving import DEFECT, is_away
from motma.storage.pool import Connection


class Number(msgspec.Struct, frozen=True):
    """A document that the register knows the person by."""

    kind: str
    number: str
    issuer: str = HOME


class PersonItem(msgspec.Struct, frozen=True, kw_only=True):
    """A person as a register sends them; fields that we do not know are left alone."""

    id: str
    full_name: str
    birth: str
    version: int = 1
    sex: str = "unknown"
    nationality: str | None = None
    documents: tuple[Number, ...] = ()
    phones: tuple[str, ...] = ()
    commune_code: str | None = None
    commune_as_of: date | None = None

    def claim(self) -> Claim:
        """What identity takes; each document was seen by the register that sent it."""
        return Claim(
            full_name=self.full_name,
            birth=self.birth,
            sex=self.sex,
            nationality=self.nationality,
            documents=tuple(
                ShownDocument(kind=d.kind, number=d.number, issuer=d.issuer, seen=True)
                for d in self.documents
            ),
            phones=self.phones,
            commune_code=self.commune_code,
            commune_as_of=self.commune_as_of,
        )


_decoder: Final = msgspec.json.Decoder(PersonItem)


async def take(
    db: Connection,
    means: Means,
    source: str,
    items: Sequence[bytes],
    *,
    by: UUID | None = None,
) -> Taken:
    """Register each person, or improve what is known; only a higher version than before does.

    `by` is the registrar whose words these are: then they are hers, and no register confirms them.

    A lock on pages of people guards against a twin. A contradiction opens a case for a registrar
    and is no dead letter: nothing is left to send again.
    """
    dead: list[Dead] = []
    read: list[tuple[bytes, PersonItem]] = []
    for text in items:
        try:
            read.append((text, _read(text)))
        except Malformed as bad:
            dead.append(Dead(text=text, item_id=id_of(text), code=bad.reason, field=bad.field))
    keys = {item.id: means.vault.blinds("source-item", f"{source}|{item.id}") for _, item in read}
    every = [key for blinds in keys.values() for key in blinds]
    before = await queries.versions_taken(db, every)
    known = {id_: max((before.get(k, -1) for k in ks), default=-1) for id_, ks in keys.items()}
    taken, versions, newer = [], [], {}
    registered: list[UUID] = []
    for text, item in read:
        if item.version > known[item.id]:
            refused = await _register(db, means, source, item, by, registered)
            if refused is not None:
                dead.append(Dead(text=text, item_id=item.id, code=refused[0], field=refused[1]))
                continue
            known[item.id] = newer[item.id] = item.version
        taken.append(item.id)
        versions.append(item.version)
    await records.follow_all(db, means, registered)
    written = [keys[id_][0] for id_ in newer]
    await db.execute(queries.PUT_ITEMS, written, list(newer.values()), means.clock.now())
    return Taken(ids=tuple(taken), versions=tuple(versions), dead=tuple(dead))


async def _register(
    db: Connection,
    means: Means,
    source: str,
    item: PersonItem,
    by: UUID | None,
    registered: list[UUID],
) -> tuple[str, str | None] | None:
    """None when done, else code and field; what failed left nothing behind."""
    try:
        async with db.transaction():
            done = await identity.register(
                db,
                means,
                item.claim(),
                source=source if by is None else f"registrar:{by}",
                assurance=Assurance.CONFIRMED if by is None else Assurance.SEEN,
            )
        if isinstance(done, Registered):
            registered.append(done.person_id)
    except Malformed as bad:
        return bad.reason, bad.field
    except Declined as declined:
        return declined.code, None
    except Exception as error:
        if is_away(error):
            raise
        return DEFECT, None
    return None


def _read(text: bytes) -> PersonItem:
    try:
        item = _decoder.decode(text)
    except (msgspec.DecodeError, ValueError):
        raise Malformed("sources.item-form") from None
    if not 0 < len(item.id) <= LONGEST_ID or not item.id.isprintable():
        raise Malformed("sources.item-form", "id")
    if not 0 <= item.version <= LARGEST_VERSION:
        raise Malformed("sources.item-form", "version")
    if not item.documents:  # a later version could not be told from another person
        raise Malformed("sources.no-document", "documents")
    return item
