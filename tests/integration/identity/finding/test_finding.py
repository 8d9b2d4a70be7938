"""Whose a record is: the right person through every damage, and never somebody beside them."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from tests.staging import Stage, person_claim

from motma.identity import ending, service
from motma.identity.matching.deciding import Decision, Match
from motma.identity.matching.evidence import Evidence
from motma.identity.matching.finding import find
from motma.identity.model import Assurance, ShownDocument
from motma.identity.service import Registered

CCCD, CMND, BHYT = "001190000001", "012345678", "HS4010120878821"
PHONE, COMMUNE, AS_OF = "0912345678", "00001", "2021-10-01"


def seen(kind: str, number: str) -> ShownDocument:
    return ShownDocument(kind=kind, number=number, seen=True)


async def someone(stage: Stage, *, assurance: Assurance = Assurance.SEEN, **changes: Any) -> UUID:
    """A registered person with every feature."""
    values: dict[str, Any] = {
        "documents": (seen("cccd", CCCD), seen("cmnd", CMND), seen("bhyt", BHYT)),
        "phones": (PHONE,),
        "commune_code": COMMUNE,
        "commune_as_of": date(2021, 10, 1),
    }
    claim = person_claim(**(values | changes))
    async with stage.platform.transaction() as db:
        done = await service.register(
            db, stage.platform.means, claim, source="test", assurance=assurance
        )
    assert isinstance(done, Registered)
    return done.person_id


def said(**changes: str) -> Evidence:
    """What a record says of `someone`, damaged as `changes` say."""
    values = {
        "full_name": "Thử Thị Nghiệm", "birth": "1990-02-03", "sex": "female",
        "document_number": CCCD, "bhyt": BHYT, "phone": PHONE,
        "commune_code": COMMUNE, "commune_as_of": AS_OF,
    }  # fmt: skip
    return Evidence(**(values | changes))


async def found(stage: Stage, evidence: Evidence) -> Match[UUID]:
    async with stage.platform.transaction() as db:
        return await find(db, stage.platform.means, evidence)


NOTHING_BUT = dict.fromkeys(("document_number", "bhyt", "phone", "commune_code"), "")


@pytest.mark.parametrize(
    "damage",
    [
        {},
        {"full_name": "THU THI NGHIEM", "birth": "1990"},
        {"document_number": CMND, "bhyt": "", "phone": ""},
        {"document_number": "", "bhyt": "0120878821", "phone": ""},
        {"document_number": "001 190 000 001"},
        {"document_number": "1190000001"},  # a spreadsheet dropped the zeros
    ],
)
async def test_a_proven_document_with_an_agreeing_person_links_for_certain(
    on_stage: Stage, damage: dict[str, str]
) -> None:
    person_id = await someone(on_stage)
    match = await found(on_stage, said(**damage))
    assert (match.decision, match.person, match.probability) == (Decision.LINK, person_id, 1.0)
    assert {part.feature for part in match.parts} > {"given", "birth"}


@pytest.mark.parametrize(
    "damage",
    [
        {"document_number": "001190000007"},  # one wrong digit
        {"document_number": "001190000010"},  # two neighbours swapped
        {"document_number": "", "bhyt": ""},
        {"document_number": "", "bhyt": "", "birth": "1990-03-02"},
        {"document_number": "", "bhyt": "", "full_name": "Thuwr Thij Nghieemj"},
        {"document_number": "", "full_name": "Thử Nghiệm", "bhyt": "HS4010120878812"},
        {"phone": "", "birth": "1990-02-08", "bhyt": ""},
        {"full_name": "Nghiệm Thử Thị", "bhyt": "", "document_number": ""},
        {"commune_code": "00097", "commune_as_of": "2026-01-01", "full_name": "Thu Thi Nghiem",
         "document_number": "", "bhyt": ""},
    ],
)  # fmt: skip
async def test_a_damaged_record_still_finds_its_person(
    on_stage: Stage, damage: dict[str, str]
) -> None:
    person_id = await someone(on_stage)
    match = await found(on_stage, said(**damage))
    assert match.candidates[:1] == (person_id,)
    assert match.decision in {Decision.LINK, Decision.REVIEW}


@pytest.mark.parametrize(
    "who",
    [
        # a twin: all but the given name and the documents
        {"full_name": "Thử Thị Nghĩa"},
        # a relative of the same household, whose document was shown for them
        {"full_name": "Thử Văn Cha", "birth": "1960-05-06", "sex": "male"},
        # a child whose record carries the parent's phone and nothing else of its own
        {"full_name": "Thử Thị Bé", "birth": "2016-07-08"},
    ],
)
@pytest.mark.parametrize("shown", ["", CCCD, "001190000007"])
async def test_evidence_of_next_of_kin_never_links_to_a_person(
    on_stage: Stage, who: dict[str, str], shown: str
) -> None:
    """Who the record is about is not registered; phone, commune and even document are another's."""
    await someone(on_stage)
    match = await found(on_stage, said(**who, document_number=shown, bhyt=""))
    assert match.decision is not Decision.LINK


async def test_a_namesake_born_the_same_day_elsewhere_is_not_linked(on_stage: Stage) -> None:
    await someone(on_stage, full_name="Nguyễn Văn Hùng")
    elsewhere = {"phone": "0987654321", "commune_code": "25747", "document_number": "", "bhyt": ""}
    match = await found(on_stage, said(full_name="Nguyễn Văn Hùng", **elsewhere))
    assert match.decision is not Decision.LINK


async def test_between_two_namesakes_of_one_day_nobody_is_chosen(on_stage: Stage) -> None:
    one = await someone(on_stage)
    other = await someone(on_stage, documents=(seen("cccd", "001190000009"),))
    match = await found(on_stage, said(document_number="", bhyt=""))
    assert match.decision is Decision.REVIEW
    assert set(match.candidates) == {one, other}


async def test_the_documents_of_two_namesakes_decide_nothing(on_stage: Stage) -> None:
    one = await someone(on_stage, documents=(seen("cccd", CCCD),))
    other = await someone(on_stage, documents=(seen("bhyt", BHYT),))
    match = await found(on_stage, said())
    assert (match.decision, set(match.candidates)) == (Decision.REVIEW, {one, other})


async def test_what_is_only_declared_attaches_to_nobody(on_stage: Stage) -> None:
    claim = person_claim(
        documents=(ShownDocument(kind="cccd", number=CCCD),),
        phones=(PHONE,), commune_code=COMMUNE, commune_as_of=date(2021, 10, 1),
    )  # fmt: skip
    async with on_stage.platform.transaction() as db:
        await service.declare(db, on_stage.platform.means, claim)
    match = await found(on_stage, said())
    assert (match.decision, match.person) == (Decision.REVIEW, None)


@pytest.mark.parametrize(
    ("assurance", "decision"),
    [(Assurance.DECLARED, Decision.REVIEW), (Assurance.CONFIRMED, Decision.LINK)],
)
async def test_without_a_document_only_whom_somebody_vouches_for_is_linked(
    on_stage: Stage, assurance: Assurance, decision: Decision
) -> None:
    await someone(on_stage, documents=(), assurance=assurance, full_name="Thử Thị Nghiệm")
    match = await found(on_stage, said(document_number="", bhyt=""))
    assert match.decision is decision


async def test_a_squatter_takes_nothing_from_the_owner_of_a_document(on_stage: Stage) -> None:
    claim = person_claim(documents=(ShownDocument(kind="cccd", number=CCCD),))
    async with on_stage.platform.transaction() as db:
        await service.declare(db, on_stage.platform.means, claim)
    owner = await someone(on_stage)
    assert (await found(on_stage, said())).person == owner


async def test_a_merged_person_stands_for_the_one_who_was_kept(on_stage: Stage) -> None:
    old = await someone(on_stage, documents=(seen("cmnd", CMND),), full_name="Thử Thị Cũ")
    new = await someone(on_stage, documents=(seen("cccd", CCCD),), full_name="Thử Thị Mới")
    async with on_stage.platform.transaction() as db:
        means = on_stage.platform.means
        qids = [(await service.resolve(db, means, one)).qid for one in (old, new)]
        await ending.merge(db, means, qid=qids[0], into=qids[1], reason="one", by=UUID(int=0))
    exact = await found(on_stage, said(full_name="Thử Thị Cũ", document_number=CMND, bhyt=""))
    likely = await found(on_stage, said(full_name="Thử Thị Cũ", document_number="", bhyt=""))
    assert (exact.person, exact.candidates) == (new, (new,))
    assert likely.candidates == (new,)


async def test_nobody_is_found_by_a_name_alone_nor_by_nothing(on_stage: Stage) -> None:
    await someone(on_stage)
    for evidence in (Evidence(), Evidence(full_name="Thử Thị Nghiệm"), Evidence(birth="1990")):
        match = await found(on_stage, evidence)
        assert (match.decision, match.candidates) == (Decision.NONE, ())


async def test_a_correction_and_a_new_document_are_found_at_once(on_stage: Stage) -> None:
    person_id = await someone(on_stage, documents=(seen("cmnd", CMND),))
    async with on_stage.platform.transaction() as db:
        means = on_stage.platform.means
        await service.add_document(db, means, person_id, seen("cccd", CCCD), source="test")
        await service.correct(
            db, means, person_id, person_claim(full_name="Thử Thị Đúng", birth="1991-02-03"),
            source="test",
        )  # fmt: skip
    right = said(full_name="Thử Thị Đúng", birth="1991-02-03", bhyt="")
    assert (await found(on_stage, right)).person == person_id
    slip = said(full_name="Thử Thị Đung", birth="1991-02-03", bhyt="", document_number="")
    assert (await found(on_stage, slip)).candidates[:1] == (person_id,)
