"""What is left for a registrar shows the right person, whatever several damages did at once."""

from pathlib import Path

import pytest
from tests.matching_stage import stage, written

from motma.identity.matching import comparing
from motma.identity.matching.batch import linking
from motma.identity.matching.comparing import Part
from motma.identity.matching.evidence import name_of
from motma.identity.matching.weights import shipped

#: Synthetic; serials begin with 9. The mother lives elsewhere than the site.
PEOPLE = [
    "P0,Nguyễn Thị Chi,1988-11-14,female,001188912345,,,00001,2021-10-01",
    "P1,Huỳnh Văn Tân,1971-07-04,male,,,,00004,2021-10-01",
    "P2,Trương Văn Lợi,1941,male,,,,00007,2021-10-01",
    "P3,Trần Minh Tùng,2016-12-30,male,,,,00010,2021-10-01",
    "P4,Lê Thị Dâu,1985-02-03,female,001185912345,,,00013,2021-10-01",
    "P5,Phạm Anh Việt,1990-01-15,male,,,,00016,2021-10-01",
    "P6,Lê Quang Giang,2014-04-10,male,,,,00013,2021-10-01",
]


@pytest.mark.parametrize(
    ("meant", "record"),
    [
        ("P0", "Chi Nguyễn Thị,1988,female,,,,00004,2021-10-01"),  # Chi and Thị look alike
        ("P1", "Tân Huỳnh Văn,1971,male,,,,00004,2021-10-01"),  # so do Tân and Văn
        ("P2", "TRƯƠNG VĂN ỢLI,1940,male,,,,00007,2021-10-01"),
        ("P3", "Minh Tùng Trần,2015-12-30,male,001170912345,,,00010,2021-10-01"),
        ("P5", "iệt Phạm Anh,1990-01-15,male,,,0591234567,00019,2021-10-01"),
        ("P6", "Lê Giang,2013-04-10,male,001185912345,,,00004,2021-10-01"),  # the mother's card
    ],
)
def test_the_right_person_is_among_the_first_three(tmp_path: Path, meant: str, record: str) -> None:
    made = stage(*written(tmp_path, PEOPLE, [f"R,{record}"]))
    links = linking.link(shipped(), made.lexicon, made.people, made.records)
    shown = [made.files.people.ids[who] for who in links.candidates[0] if who >= 0]
    assert meant in shown


def test_a_turn_that_brings_the_same_syllables_together_counts_though_names_look_alike() -> None:
    known, foreign = name_of("Nguyễn Thị Chi"), name_of("Chi Nguyễn Thị")
    found = comparing.turned(known, foreign)
    assert found is not None
    assert comparing.part(found[0].given, found[1].given, by_turn=True) == Part.REORDERED
