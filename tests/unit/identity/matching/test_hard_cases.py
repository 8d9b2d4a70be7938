"""Cases in which a careless match gives somebody else's dose: none is ever linked wrongly."""

from pathlib import Path

import pytest
from tests.matching_stage import stage, written

from motma.identity.matching.batch import judging, linking
from motma.identity.matching.weights import shipped

#: Others, so that the files are no world of two. Synthetic; serials begin with 9.
CROWD = [
    f"C{n},Thử Văn Người{n % 7},19{50 + n % 40}-0{1 + n % 9}-1{n % 10},male,"
    f"00106{n % 10}9{10000 + n},,059{1000000 + n},00004,2021-10-01"
    for n in range(60)
]
A = "A,Nguyễn Minh An,1987-01-12,male,001087912345,GD4019123456789,0591111111,00001,2021-10-01"
TWIN = "T,Nguyễn Minh Anh,1987-01-12,male,001087912346,GD4019123456799,0591111111,00001,2021-10-01"
NAMESAKE = (
    "B,Nguyễn Minh An,1987-05-30,male,001087954321,GD4019000000001,0592222222,00001,2021-10-01"
)
SAME_DAY = (
    "B,Nguyễn Minh An,1987-01-12,male,001087954321,GD4019000000001,0592222222,00001,2021-10-01"
)
FATHER = (
    "B,Nguyễn Minh Tuấn,1960-03-04,male,001060912345,GD4019000000002,0591111111,00001,2021-10-01"
)
WIFE = "W,Trần Thị An,1988-02-03,female,001188912345,GD4019000000003,0591111111,00001,2021-10-01"

#: What a site wrote about A, in the columns after the id.
OF_A = [
    "Nguyễn Minh An,1987-01-12,male,001087912345,,0591111111,00001,2021-10-01",
    "NGUYEN MINH AN,1987-01-12,male,,,0591111111,00001,2021-10-01",
    "Nguyễn Minh An,1987-01-12,male,001087912354,,,00001,2021-10-01",
    "Nguyễn Minh An,1987-01-12,male,001087912346,,0591111111,00001,2021-10-01",  # hits the twin
    "Nguyễn An,1987,male,,,0591111111,00001,2021-10-01",
    "Nguyễn Minh An,1987,,,,,00001,2021-10-01",
    "An Nguyễn Minh,1987-12-01,male,,,0591111111,00004,2021-10-01",
    "Nguyễn Minh An,1987-01-12,male,001060912345,,0591111111,00001,2021-10-01",  # the father's
    "Nguyễn Minh An,1987-01-12,male,001188912345,,,00001,2021-10-01",  # the wife's
    "Nguyễn Minh An,,male,001087954321,,0592222222,00001,2021-10-01",  # a namesake's, all of it
    "Nguyễn Minh An,1987-01-12,male,,,0592222222,00001,2021-10-01",  # a namesake's phone
    "Nguyễn,1987-01-12,male,,,0591111111,00001,2021-10-01",
    ",,,001087912345,,,,",
    ",,,,GD4019123456789,0591111111,,",
    "Nguyeenx Minh An,1987-01-21,male,,GD4019123456798,0591111111,00001,2021-10-01",
]  # fmt: skip
OTHERS = [TWIN, NAMESAKE, SAME_DAY, FATHER, WIFE]
#: What no evidence can tell: the record has the other's number beside a name that fits both.
SPEAKS_FOR_B = {(9, NAMESAKE), (9, SAME_DAY), (10, SAME_DAY), (3, TWIN)}
#: Of whom no evidence tells A apart when the register has only them: docs/matching.md says so.
UNTOLD = (SAME_DAY, TWIN)


def linked(tmp_path: Path, people: list[str], records: list[str]) -> list[str]:
    """Whom each record is linked to; empty for nobody."""
    lines = [f"R{n},{text}" for n, text in enumerate(records)]
    made = stage(*written(tmp_path, [*people, *CROWD], lines))
    links = linking.link(shipped(), made.lexicon, made.people, made.records)
    return [
        made.files.people.ids[who] if decision == judging.LINKED else ""
        for decision, who in zip(links.decision, links.candidates[:, 0], strict=True)
    ]


@pytest.mark.parametrize(
    "people",
    [*([A, other] for other in OTHERS), *([other] for other in OTHERS if other not in UNTOLD)],
)
def test_no_record_of_one_is_linked_to_another(tmp_path: Path, people: list[str]) -> None:
    other = people[-1]
    found = linked(tmp_path, people, OF_A)
    wrong = [
        n for n, who in enumerate(found) if who not in {"", "A"} and (n, other) not in SPEAKS_FOR_B
    ]
    assert wrong == []
    assert "A" in found or A not in people


def test_a_clean_record_and_light_damage_are_linked(tmp_path: Path) -> None:
    found = linked(tmp_path, [A, FATHER, WIFE], OF_A)
    assert found[0] == found[1] == found[2] == "A"


def test_a_twin_in_the_register_makes_a_bare_record_wait(tmp_path: Path) -> None:
    found = linked(tmp_path, [A, TWIN], OF_A)
    assert found[:2] == ["A", ""]


def test_a_document_alone_links_nobody(tmp_path: Path) -> None:
    found = linked(tmp_path, [A], OF_A)
    assert found[12] == found[13] == ""


def test_two_people_with_one_name_birth_and_commune_are_left_to_a_person(tmp_path: Path) -> None:
    bare = "Nguyễn Minh An,1987-01-12,male,,,,00001,2021-10-01"
    assert linked(tmp_path, [A, SAME_DAY], [bare]) == [""]
