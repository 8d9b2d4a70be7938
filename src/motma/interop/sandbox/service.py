"""Makes the sandbox people of a demo, once, and tells what an app has to show of each."""

from datetime import timedelta
from functools import cache
from importlib.resources import files
from typing import Final
from uuid import UUID

import msgspec

from motma.access import service as access
from motma.access.means import Means
from motma.cards.recodes import service as recodes
from motma.cards.recodes.model import Wanted
from motma.identity import ending, guardianship
from motma.identity import service as identity
from motma.identity.model import Assurance, Claim, ShownDocument
from motma.identity.selves import selves_of
from motma.identity.service import Registered
from motma.interop.conformance.evidence import Code, Person
from motma.storage.pool import Connection

#: Two made-up officials: a colour by hand takes two.
_PROPOSER, _CONFIRMER = UUID(int=1), UUID(int=2)
_COLOURED: Final = timedelta(days=14)
_REASON: Final = "Người thử của sandbox · a sandbox person"


class Story(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody who does not exist, and what happened to them.

    `then` holds steps, done in order once everybody is there: `revoke`, `replace`, `reissue`, or
    `guardian:`, `merge:` and `recode:` with whose or which.
    """

    id: str
    vi: str
    en: str
    full_name: str
    birth: str
    sex: str
    documents: tuple[ShownDocument, ...]
    then: list[str]
    nationality: str | None = None
    phones: tuple[str, ...] = ()


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """A sandbox person: what their story is, how to open their wallet, what is to be shown."""

    id: str
    vi: str
    en: str
    activation: str
    code: Code
    former: list[Code]


@cache
def stories() -> tuple[Story, ...]:
    """All of them, in the order in which they are made."""
    path = files(__package__) / "stories.json"
    return msgspec.json.decode(path.read_bytes(), type=tuple[Story, ...])


async def make(db: Connection, means: Means) -> list[Made]:
    """Make who is not there yet, and an activation code for each; a repeat makes nobody."""
    found = {story.id: await _registered(db, means, story) for story in stories()}
    people = {name: one.person_id for name, one in found.items()}
    for story in stories():
        if found[story.id].created:
            for step in story.then:
                await _happens(db, means, people, story.id, step)
    return [await _made(db, means, story, people[story.id]) for story in stories()]


def expected(made: list[Made]) -> dict[str, Person]:
    """What the kit expects of an app that shows them; whose code is revoked has none to show."""
    revoked = {story.id for story in stories() if "revoke" in story.then}
    return {
        one.id: Person(code=one.code, former=one.former) for one in made if one.id not in revoked
    }


async def _registered(db: Connection, means: Means, story: Story) -> Registered:
    shown = tuple(msgspec.structs.replace(each, seen=True) for each in story.documents)
    claim = Claim(
        full_name=story.full_name,
        birth=story.birth,
        sex=story.sex,
        nationality=story.nationality,
        documents=shown,
        phones=story.phones,
    )
    done = await identity.register(db, means, claim, source="registrar", assurance=Assurance.SEEN)
    if not isinstance(done, Registered):
        raise done.error()
    return done


async def _happens(
    db: Connection, means: Means, people: dict[str, UUID], name: str, step: str
) -> None:
    """One step of somebody's story."""
    kind, _, what = step.partition(":")
    person = await identity.load(db, means, people[name])
    if kind == "revoke":
        await ending.revoke(db, means, person.qid, reason=_REASON)
    elif kind == "replace":
        await ending.replace(db, means, person.qid, reason=_REASON)
    elif kind == "reissue":
        await ending.reissue(db, means, person.qid)
    elif kind == "guardian":
        pair = {"dependant_id": people[name], "guardian_id": people[what]}
        await guardianship.add_guardian(db, means, **pair, evidence=_REASON)
        await guardianship.confirm_guardian(db, means, **pair)
    elif kind == "merge":
        into = await identity.load(db, means, people[what])
        await ending.merge(db, means, qid=person.qid, into=into.qid, reason=_REASON, by=_PROPOSER)
    else:
        await _recoded(db, means, person.qid, what)


async def _recoded(db: Connection, means: Means, qid: str, colour: str) -> None:
    until = means.clock.now() + _COLOURED
    wanted = msgspec.convert({"colour": colour, "reason": _REASON, "until": until}, Wanted)
    proposed = await recodes.propose(db, means, qid, wanted, by=_PROPOSER)
    await recodes.confirm(
        db,
        means,
        person_id=proposed.person_id,
        recode_id=proposed.recode_id,
        by=_CONFIRMER,
    )


async def _made(db: Connection, means: Means, story: Story, person_id: UUID) -> Made:
    person = await identity.resolve(db, means, person_id)
    activation, _ = await access.new_code(db, means, person_id=person.person_id)
    rows = [
        row
        for one in await selves_of(db, means, person_id)
        for row in await identity.qids_of(db, means, one)
    ]
    numbers = {str(row["qid"]): int(str(row["issue_no"])) for row in rows}
    now = Code(qid=person.qid, number=numbers.pop(person.qid))
    former = [Code(qid=qid, number=number) for qid, number in numbers.items()]
    former += [Code(qid=now.qid, number=number) for number in range(1, now.number)]
    return Made(
        id=story.id,
        vi=story.vi,
        en=story.en,
        activation=activation,
        code=now,
        former=former,
    )
