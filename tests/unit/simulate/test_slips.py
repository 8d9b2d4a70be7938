"""Slips of the pen and of the keyboard, one by one."""

from random import Random

import pytest

from motma.simulate import slips


@pytest.mark.parametrize(
    ("word", "telex", "vni"),
    [
        ("Lộc", "Loocj", "Lo6c5"),
        ("Nguyễn", "Nguyeenx", "Nguye6n4"),
        ("Ước", "Uwowcs", "U7o7c1"),
        ("Bằng", "Bawngf", "Ba8ng2"),
        ("Đỗ", "Ddoox", "D9o64"),
        ("Anh", "Anh", "Anh"),
    ],
)
def test_a_word_is_typed_as_its_input_method_has_it(word: str, telex: str, vni: str) -> None:
    assert slips.as_typed(word) == telex
    assert slips.as_typed(word, vni=True) == vni


def test_bao_loc_becomes_buu_loc() -> None:
    assert slips.similar("Trần Bảo Lam", Random(1)) == "Trần Bửu Lam"


@pytest.mark.parametrize("seed", range(20))
def test_an_order_slip_keeps_the_words_and_a_missing_middle_loses_one(seed: int) -> None:
    name = "Nguyễn Lê Kha Hân"
    moved = slips.other_order(name, Random(seed))
    assert moved != name
    assert sorted(moved.split()) == sorted(name.split())
    shorter = slips.no_middle(name, Random(seed)).split()
    assert 2 <= len(shorter) < 4
    assert (shorter[0], shorter[-1]) == ("Nguyễn", "Hân")
    assert slips.no_middle("Trần An", Random(seed)) == "Trần An"


@pytest.mark.parametrize("seed", range(20))
def test_a_wrong_digit_is_one_and_a_transposition_two_neighbours(seed: int) -> None:
    number = "001093029317"
    wrong = slips.wrong_digit(number, Random(seed))
    assert sum(a != b for a, b in zip(number, wrong, strict=True)) == 1
    swapped = slips.transposed(number, Random(seed))
    places = [i for i, (a, b) in enumerate(zip(number, swapped, strict=True)) if a != b]
    assert len(places) == 2
    assert places[1] - places[0] == 1
    assert sorted(swapped) == sorted(number)


@pytest.mark.parametrize("seed", range(20))
def test_a_wrong_birth_date_is_still_a_date(seed: int) -> None:
    for birth in ("1987-03-01", "1950", "1960-12-31", "2000-02-29", "1975-05"):
        wrong = slips.wrong_year(birth, Random(seed))
        assert len(wrong) == len(birth)
        assert wrong != birth or birth == "2000-02-29"


def test_what_a_slip_cannot_touch_stays() -> None:
    assert slips.transposed("11111", Random(1)) == "11111"
    assert slips.wrong_digit("", Random(1)) == ""
    assert slips.telex("Lan Anh", Random(1)) == "Lan Anh"
