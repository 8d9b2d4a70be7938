"""Two people, evidence of one: it is never given to the other, however alike they are."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Final
from uuid import UUID

from hypothesis import assume, given
from hypothesis import strategies as st

from motma.identity.matching.evidence import Evidence
from motma.identity.matching.finding import LEAST_PEOPLE, Person, choose
from motma.identity.matching.syllables import alike
from motma.identity.matching.weights import shipped
from motma.identity.model import Assurance, Claim, ShownDocument, judge
from motma.kernel.names import fold

NOW: Final = datetime(2026, 1, 1, tzinfo=UTC)
FAMILY: Final = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Đặng")
MIDDLE: Final = ("Văn", "Thị", "Ngọc", "Minh", "Thanh")
GIVEN: Final = ("Hùng", "Lan", "Anh", "Phúc", "Tuấn", "Mai", "Khoa", "Yến", "Bích", "Đức")
ONE, OTHER = UUID(int=1), UUID(int=2)
PHONE, COMMUNE = "0912345678", "00001"


def evidence(**said: str) -> Evidence:
    common = {"sex": "male", "phone": PHONE, "commune_code": COMMUNE}
    return Evidence(**(common | said))


def known(person_id: UUID, said: Evidence) -> Person:
    """A person of whom all that `said` says is known, their document seen."""
    claim = Claim(
        full_name=said.full_name,
        birth=said.birth,
        sex=said.sex,
        documents=(ShownDocument(kind="cccd", number=said.document_number, seen=True),),
        phones=(said.phone,),
        commune_code=said.commune_code,
    )
    profile = judge(claim, source="test", assurance=Assurance.SEEN, now=NOW)
    return Person(person_id=person_id, profile=profile)


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Evidence, Evidence]:
    """What two people would say of themselves: twins, namesakes, parent and child, siblings."""
    family = draw(st.sampled_from(FAMILY))
    middle = draw(st.sampled_from(MIDDLE))
    given = draw(st.sampled_from(GIVEN))
    born = draw(st.dates(min_value=date(1950, 1, 1), max_value=date(2015, 12, 31)))
    mine = evidence(
        full_name=f"{family} {middle} {given}",
        birth=born.isoformat(),
        document_number="001190000001",
    )
    theirs = draw(st.sampled_from(GIVEN))
    assume(not alike(fold(given), fold(theirs)))
    apart = timedelta(days=draw(st.integers(400, 12_000)))
    elsewhere = {"phone": "0987654321", "commune_code": "25747"}
    other = draw(
        st.sampled_from(
            [
                {"full_name": f"{family} {middle} {theirs}", "birth": mine.birth},
                {"full_name": f"{family} {theirs}", "birth": (born - apart).isoformat()},
                {"full_name": mine.full_name, "birth": mine.birth, **elsewhere},
                {"full_name": mine.full_name, "birth": (born - apart).isoformat()},
            ]
        )
    )
    return mine, replace(mine, **other, document_number="001190000352")


#: What a site did to a record: left out, or took from somebody else of the family.
DAMAGES: Final[tuple[dict[str, str], ...]] = (
    {},
    {"document_number": ""},
    {"document_number": "", "phone": ""},
    {"document_number": "", "phone": "", "commune_code": ""},
    {"document_number": "", "sex": "", "commune_code": "30316"},
)


#: Who of the two is registered, beside the one who must not get the record.
REGISTERED: Final = ("both", "only the other")


@given(
    pairs(), st.sampled_from(DAMAGES), st.sampled_from(REGISTERED), st.sampled_from(["", "lent"])
)
def test_evidence_of_one_is_never_given_to_the_other(
    pair: tuple[Evidence, Evidence], damage: dict[str, str], registered: str, shown: str
) -> None:
    """Also with the other's document, lent and shown as one's own."""
    mine, theirs = pair
    said = replace(mine, **damage)
    if shown:
        said = replace(said, document_number=theirs.document_number)
    namesake_of_that_day = (mine.full_name, mine.birth) == (theirs.full_name, theirs.birth)
    assume(not (shown and namesake_of_that_day))  # then all that is said is the other's
    people = [known(OTHER, theirs)]
    if registered == "both":
        people.append(known(ONE, mine))
    match = choose(people, said, shipped().terms(LEAST_PEOPLE, {"+84912345678": 2}))
    assert match.person != OTHER
