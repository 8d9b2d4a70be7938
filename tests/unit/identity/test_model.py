"""A claim becomes a profile, or says which field can't be read."""

from datetime import UTC, date, datetime

import pytest

from motma.identity import model
from motma.identity.matching import blocks
from motma.identity.model import Assurance, Claim, ShownDocument
from motma.kernel.errors import Malformed

NOW = datetime(2026, 1, 1, tzinfo=UTC)
PAPER = ShownDocument(kind="cccd", number="001190000001", seen=True)


def judged(*, by: Assurance = Assurance.SEEN, **changes: object) -> model.Profile:
    values = {"full_name": "Thử Thị Nghiệm", "birth": "1990-02-03"} | changes
    return model.judge(Claim(**values), source="test", assurance=by, now=NOW)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("seen", "caller", "name_is", "phone_is"),
    [(True, 2, 2, 0), (True, 1, 1, 0), (True, 0, 0, 0), (False, 2, 0, 0)],
)
def test_assurance_reaches_only_what_a_document_shows(
    seen: bool,  # noqa: FBT001
    caller: int,
    name_is: int,
    phone_is: int,
) -> None:
    paper = ShownDocument(kind="cccd", number="001190000001", seen=seen)
    profile = judged(by=Assurance(caller), documents=(paper,), phones=("0912345678",))
    assert profile.full_name.assurance == profile.assurance == name_is
    assert profile.phones[0].assurance == phone_is


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"sex": "f"}, "identity.sex"),
        ({"declared_by": "operator"}, "identity.declared-by"),
        ({"nationality": "Viet Nam"}, "identity.country"),
        ({"nationality": "ＶＮＭ"}, "identity.country"),
        ({"commune_code": "xx"}, "identity.commune"),
        ({"commune_code": "٠٠٠٠٤"}, "identity.commune"),
        ({"address": "a" * 201}, "identity.address"),
        ({"address": "\u202eabc"}, "identity.address"),
        ({"phones": tuple(f"090000000{n}" for n in range(9))}, "identity.too-many-items"),
        ({"documents": (PAPER,) * 13}, "identity.too-many-items"),
        ({"birth": "1990-02-30"}, "birth.not-a-date"),
        ({"full_name": "=1+1"}, "name.formula"),
    ],
)
def test_what_cannot_be_read_has_a_permanent_code(changes: dict[str, object], reason: str) -> None:
    with pytest.raises(Malformed) as declined:
        judged(**changes)  # type: ignore[arg-type]
    assert declined.value.reason == reason


def test_a_commune_keeps_the_day_at_which_its_code_was_valid() -> None:
    profile = judged(commune_code="00004", commune_as_of=date(2025, 7, 1))
    assert profile.commune is not None
    assert profile.commune.value == "00004@2025-07-01"
    undated = judged(commune_code="00004")
    assert blocks.keys_of(profile)[-1] == blocks.keys_of(undated)[-1]


def test_only_combinations_of_high_entropy_are_indexed() -> None:
    profile = judged(phones=("0912345678",), commune_code="00004")
    kinds = [kind for kind, _ in blocks.keys_of(profile)]
    assert kinds == ["phone", "name-birth", "letters-birth", "letters-year-commune"]
    assert blocks.keys_of(judged(birth="1990")) == []


def test_a_declaration_without_documents_is_the_same_only_word_for_word() -> None:
    bare = Claim(full_name="Thử A", birth="1990")
    other = Claim(full_name="Thử A", birth="1990", address="Thôn 1")
    with_paper = Claim(full_name="Thử A", birth="1990", documents=(PAPER,))
    spelt = Claim(full_name="THU A", birth="1990", documents=(PAPER,), address="Thôn 1")

    def key(claim: Claim) -> str:
        news = model.judge(claim, source="self", assurance=Assurance.DECLARED, now=NOW)
        return model.declaration_key(claim, news)

    assert key(bare) == key(bare) != key(other)
    assert key(with_paper) == key(spelt) != key(bare)
