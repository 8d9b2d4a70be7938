"""What may be told of a waiting record, of two people alike in all but their number."""

from hypothesis import assume, given
from hypothesis import strategies as st

from motma.identity.matching.comparing import slip
from motma.identity.matching.evidence import Evidence, features_of
from motma.identity.matching.weighing import weigh
from motma.identity.matching.weights import shipped
from motma.records.claims.explaining import KINDS, difference

NAMES = st.sampled_from(["Thử Thị Nghiệm", "Thử Thị Nghiêm", "Thử Nghiệm", "Trần Văn Khác", ""])
BIRTHS = st.sampled_from(["1990-02-03", "1990-03-02", "1990", "1951-11-27", ""])
SEXES = st.sampled_from(["female", "male", ""])
NUMBERS = st.from_regex(r"001190[0-9]{6}", fullmatch=True)
SHARED = {"phone": "0912345678", "commune_code": "00004", "commune_as_of": "2025-07-01"}


def told(person: Evidence, record: Evidence) -> str | None:
    """What the person hears of the record."""
    terms = shipped().terms(100_000)
    return difference(weigh(shipped(), features_of(record), features_of(person), terms=terms))


@st.composite
def evidence(draw: st.DrawFn, numbers: st.SearchStrategy[str]) -> Evidence:
    return Evidence(
        full_name=draw(NAMES),
        birth=draw(BIRTHS),
        sex=draw(SEXES),
        document_number=draw(numbers),
        **SHARED,
    )


@given(evidence(NUMBERS), evidence(NUMBERS | st.just("")))
def test_a_record_under_another_number_tells_nothing(asker: Evidence, record: Evidence) -> None:
    mine, theirs = asker.document_number, record.document_number
    assume(mine != theirs)
    assume(not slip(mine, theirs))
    assert told(asker, record) is None


@given(evidence(NUMBERS))
def test_one_slip_in_the_number_is_told_only_of_the_same_name_and_birth_date(
    asker: Evidence,
) -> None:
    assume(asker.full_name)
    assume(len(asker.birth) == 10)
    number = f"{asker.document_number[:-1]}{(int(asker.document_number[-1]) + 1) % 10}"
    slipped = Evidence(
        full_name=asker.full_name, birth=asker.birth, sex=asker.sex, document_number=number
    )
    assert told(asker, slipped) == "document"
    namesake = Evidence(full_name=asker.full_name, birth="1951-11-28", document_number=number)
    assert told(asker, namesake) is None


@given(evidence(NUMBERS), NAMES, BIRTHS)
def test_whatever_is_told_is_one_kind_of_field_and_names_no_relative(
    asker: Evidence, name: str, birth: str
) -> None:
    record = Evidence(full_name=name, birth=birth, document_number=asker.document_number)
    kind = told(asker, record)
    assert kind is None or kind in KINDS
    if kind is not None:
        assert name.split()[-1:] == asker.full_name.split()[-1:] or kind == "name"
        assert birth == asker.birth or kind == "birth"
