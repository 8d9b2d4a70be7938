"""Facts are read whole, with dates that exist, or refused by code."""

import pytest

from motma.kernel.errors import Malformed
from motma.rules.facts import COVID_19, Dose, Facts, Test, read, write

DOSE = '{"disease": "840539006", "product": "EU/1/20/1528", "on": "%s"}'
TEST = '{"disease": "840539006", "kind": "naat", "at": "%s", "result": "negative"}'


def test_facts_are_read_back_as_written_and_unknown_members_left_out() -> None:
    facts = Facts(
        doses=(Dose(disease=COVID_19, product="CoronaVac", on="2021-09-03", number=2, of=2),),
        tests=(Test(disease=COVID_19, kind="rapid", at="2021-09-03T10:00:00Z", result="positive"),),
        born="1989-02",
    )
    assert read(write(facts)) == facts
    assert read('{"lot": "A1", "doses": [' + DOSE % "2021-09-03" + "]}").doses[0].number is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('{"doses": [%s]}' % (DOSE % "2021-02-30"), "facts.date"),
        ('{"doses": [%s]}' % (DOSE % "9999-12-31"), "facts.date"),
        ('{"tests": [%s]}' % (TEST % "0001-01-01T00:00:00+14:00"), "facts.date"),
        ('{"tests": [%s]}' % (TEST % "2021-10-07T24:30:00Z"), "facts.date"),
        ('{"tests": [%s]}' % (TEST % "2021-10-07T09:30:00"), "facts.shape"),
        ('{"tests": [%s]}' % (TEST % "2021-10-07"), "facts.shape"),
        ('{"doses": [%s]}' % (DOSE % "3/9/2021"), "facts.shape"),
        ('{"born": "1989-13"}', "facts.date"),
        ('{"born": "89"}', "facts.shape"),
        ('{"doses": null}', "facts.shape"),
        ("[]", "facts.shape"),
        ("", "facts.shape"),
        ('{"doses": [' + ",".join([DOSE % "2021-09-03"] * 65) + "]}", "facts.shape"),
    ],
)
def test_what_are_no_facts_is_refused_by_code(text: str, code: str) -> None:
    with pytest.raises(Malformed) as refused:
        read(text)
    assert refused.value.reason == code
