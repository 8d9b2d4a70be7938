"""Phone numbers: the change of 2018, foreign numbers, refusals."""

import pytest

from motma.kernel.errors import Malformed
from motma.kernel.phones import CHANGE_OF_2018, normalise, restore_zero


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0944713700", "+84944713700"),
        ("+84 944 713 700", "+84944713700"),
        ("84944713700", "+84944713700"),
        ("0084944713700", "+84944713700"),
        ("+84 (0)944 713 700", "+84944713700"),
        ("01629988776", "+84329988776"),
        ("+841209988776", "+84709988776"),
        ("841999988776", "+84599988776"),
        ("+12025550100", "+12025550100"),
        ("0012025550100", "+12025550100"),
    ],
)
def test_every_way_to_write_a_number_gives_one_number(text: str, number: str) -> None:
    assert normalise(text) == number


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (" ", "phone.empty"),
        ("113", "phone.no-leading-zero"),
        ("944713700", "phone.no-leading-zero"),
        ("09447137", "phone.wrong-length"),
        ("02438251234", "phone.not-a-mobile"),
        ("0111222333", "phone.not-a-mobile"),
        ("+1", "phone.wrong-length"),
        ("+0123456789", "phone.wrong-length"),
        ("+1234567890123456", "phone.wrong-length"),
        ("09447x3700", "phone.not-a-number"),
        ("０９４４７１３７００", "phone.not-a-number"),
    ],
)
def test_what_no_phone_answers_is_refused_with_its_code(text: str, reason: str) -> None:
    with pytest.raises(Malformed) as refused:
        normalise(text)
    assert refused.value.reason == reason


def test_the_change_of_2018_gave_each_old_prefix_a_new_one_of_its_own() -> None:
    assert len(CHANGE_OF_2018) == 8 + 5 + 5 + 2 + 1
    assert len(set(CHANGE_OF_2018.values())) == len(CHANGE_OF_2018)


def test_a_dropped_zero_comes_back_only_before_a_mobile_number() -> None:
    assert restore_zero("944713700") == "0944713700"
    assert restore_zero("1629988776") == "01629988776"
    assert restore_zero("2438251234") is None
    assert restore_zero("0944713700") is None
