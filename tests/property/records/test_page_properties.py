"""A page that is asked at once finds of each record what it would find of it alone."""

from collections.abc import Sequence
from random import Random
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.integration.records.conftest import Desk, desk

from motma.identity import service as identity
from motma.identity.matching import page
from motma.identity.matching.deciding import Decision, Match
from motma.identity.matching.evidence import Evidence
from motma.identity.matching.finding import find
from motma.identity.model import Assurance, Claim, ShownDocument
from motma.records import service
from motma.records.model import About, Delivery, Dose

__all__ = ["desk"]

PHONE = "0912345678"
#: A household: one phone, one family name, twins among them; and a namesake elsewhere.
CAST = [
    ("Thử Thị Nghiệm", "1990-02-03", "001190000001", "HS4010120878821", PHONE),
    ("Thử Văn Hai", "1985-05-05", "001085000002", "", PHONE),
    ("Thử Văn Ba", "2015-06-07", "001215000003", "", PHONE),
    ("Thử Văn Bá", "2015-06-07", "001215000004", "", PHONE),
    ("Thử Thị Nghiệm", "1990-02-03", "048190000005", "", "0987654321"),
]
NAMES = [name for name, *_ in CAST]
OUTCOME = (
    "SELECT record_id, blind FROM health_waiting ORDER BY 1, 2",
    "SELECT subject_id FROM local.match_subject ORDER BY 1",
    "SELECT unlocks FROM local.match_review WHERE decided_at IS NULL ORDER BY 1",
    "SELECT count(*) FROM person_facts",
)
said = st.builds(
    Evidence,
    full_name=st.sampled_from([*NAMES, "THU THI NGHIEM", "Thử Thị Nghiêm", "Nghiệm Thử Thị", ""]),
    birth=st.sampled_from([*(born for _, born, *_ in CAST), "1990-03-02", "1990", ""]),
    document_number=st.sampled_from(
        [*(number for _, _, number, *_ in CAST), "001190000010", "001085000003", "", ""]
    ),
    bhyt=st.sampled_from(["HS4010120878821", "0120878821", "HS4010120878812", "", ""]),
    phone=st.sampled_from([PHONE, "0987654321", "0900000000", "", ""]),
)


async def _cast(desk: Desk) -> list[UUID]:
    people = []
    for name, birth, number, bhyt, phone in CAST:
        shown = [("cccd", number), ("bhyt", bhyt)]
        documents = tuple(ShownDocument(kind=k, number=n, seen=True) for k, n in shown if n)
        claim = Claim(full_name=name, birth=birth, documents=documents, phones=(phone,))
        done = await identity.register(
            desk.db, desk.means, claim, source="desk", assurance=Assurance.SEEN
        )
        assert isinstance(done, identity.Registered)
        people.append(done.person_id)
    return people


def _told(match: Match[UUID]) -> object:
    """What a match says; which of two that are equally likely stands last is nobody's word."""
    return match.decision, match.person, round(match.probability, 9), len(match.candidates)


@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(said, min_size=1, max_size=40))
async def test_a_page_finds_of_each_what_is_found_of_it_alone(
    desk: Desk, evidence: Sequence[Evidence]
) -> None:
    if not await desk.db.fetchval("SELECT count(*) FROM person"):
        await _cast(desk)
    together = await page.find_all(desk.db, desk.means, evidence)
    alone = [await find(desk.db, desk.means, one) for one in evidence]
    assert list(map(_told, together)) == list(map(_told, alone))


async def test_the_household_is_told_apart_and_what_is_unsure_waits_for_a_registrar(
    desk: Desk,
) -> None:
    """The examples above would prove nothing if all of them were alike."""
    await _cast(desk)
    asked = [
        Evidence(full_name=NAMES[0], birth="1990-02-03", document_number="001190000001"),
        Evidence(full_name=NAMES[0], birth="1990-02-03", bhyt="HS4010120878821"),
        Evidence(full_name="Thử Văn Hai", birth="1985-05-05", document_number="001085000003"),
        Evidence(full_name="Thử Văn Ba", birth="2015-06-07", phone=PHONE),
        Evidence(full_name="Nobody Here", birth="1970-01-01"),
    ]
    found = await page.find_all(desk.db, desk.means, asked)
    decisions = [one.decision for one in found]
    assert decisions == [
        Decision.LINK, Decision.LINK, Decision.LINK, Decision.REVIEW, Decision.NONE
    ]  # fmt: skip


@settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(said, min_size=2, max_size=12), st.randoms(use_true_random=False))
async def test_one_page_or_many_in_any_order_leave_the_same(
    desk: Desk, evidence: list[Evidence], random: Random
) -> None:
    items = [
        Delivery(
            id=f"d{at}",
            about=About(
                full_name=one.full_name,
                birth=one.birth,
                document_number=one.document_number,
                bhyt=one.bhyt,
                phone=one.phone,
            ),
            what=Dose(disease="840539006", product="EU/1/20/1528", on="2025-09-03"),
        )
        for at, one in enumerate(evidence)
    ]
    mixed = items[::-1] + items[:1]
    random.shuffle(mixed)
    assert await _outcome(desk, [items]) == await _outcome(desk, [[one] for one in mixed])


async def _outcome(desk: Desk, calls: list[list[Delivery]]) -> object:
    """Whose the records are, what waits and what is asked after these calls; then all undone."""
    attempt = desk.db.transaction()
    await attempt.start()
    try:
        places: dict[UUID | None, int] = {
            person: place for place, person in enumerate(await _cast(desk))
        }
        for items in calls:
            await service.receive(desk.db, desk.means, "registry", items)
        whose = "SELECT record_id, matched, state, version, person_id FROM health_record ORDER BY 1"
        rows = [(*row[:4], places.get(row[4])) for row in await desk.db.fetch(whose)]
        return rows, [[tuple(row) for row in await desk.db.fetch(query)] for query in OUTCOME]
    finally:
        await attempt.rollback()
