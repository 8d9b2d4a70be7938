"""Codes: known both ways, spelt any way, official ones beside ours."""

import json
from pathlib import Path

import pytest

from motma.kernel.errors import Malformed
from motma.records import codes as code_sets
from motma.records import valuesets
from motma.records.codes import DISEASES, PRODUCTS, RESULTS, TEST_TYPES, joined, shipped

#: Verhoeff's tables, by which SNOMED CT identifiers check themselves.
PERMUTED = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)
OURS = (DISEASES, PRODUCTS, TEST_TYPES, RESULTS)


def multiplied(a: int, b: int) -> int:
    """The dihedral group of ten elements."""
    if a < 5:
        return (a + b) % 5 if b < 5 else 5 + (a + b) % 5
    return 5 + (a - b) % 5 if b < 5 else (a - b) % 5


def checks_itself(code: str) -> bool:
    """Whether a SNOMED CT identifier has the check digit it should have."""
    rest = 0
    for place, digit in enumerate(reversed(code)):
        turned = int(digit)
        for _ in range(place % 8):
            turned = PERMUTED[turned]
        rest = multiplied(rest, turned)
    return rest == 0


@pytest.mark.parametrize("code", [*shipped().sets[DISEASES], *shipped().sets[RESULTS]])
def test_every_snomed_code_has_its_check_digit(code: str) -> None:
    assert checks_itself(code)
    assert not checks_itself(str(int(code) + 1))


@pytest.mark.parametrize("value_set", OURS)
def test_every_code_has_a_national_word_that_leads_back_to_it(value_set: str) -> None:
    known = shipped()
    find = {
        DISEASES: known.disease, PRODUCTS: known.product,
        TEST_TYPES: known.test_kind, RESULTS: known.result,
    }[value_set]  # fmt: skip
    for code in known.sets[value_set]:
        word = known.national_of(value_set, code)
        assert word is not None
        assert find(word) == find(code)


@pytest.mark.parametrize(
    ("spelt", "code"),
    [
        ("vero  cell", "BBIBP-CorV"),
        ("ASTRAZENECA", "EU/1/21/1529"),
        ("Astra Zeneca", "EU/1/21/1529"),
        ("EU/1/20/1507", "EU/1/20/1507"),
    ],
)
def test_a_product_is_known_however_it_is_spelt(spelt: str, code: str) -> None:
    assert shipped().product(spelt) == code


@pytest.mark.parametrize("text", ["", "snake oil", "840539007", "EU/1/20/152"])
def test_an_unknown_code_is_malformed_with_its_field(text: str) -> None:
    with pytest.raises(Malformed) as caught:
        shipped().product(text)
    assert (caught.value.reason, caught.value.field) == ("records.code-unknown", "product")


def test_an_official_file_adds_its_codes_and_keeps_ours() -> None:
    known = joined([(PRODUCTS, {"EU/9/99/9999": {"display": "Novum", "system": "x"}})])
    assert known.product("novum") == "EU/9/99/9999"
    assert known.product("Vero Cell") == "BBIBP-CorV"
    with pytest.raises(Malformed):
        shipped().product("novum")


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"{", b'{"valueSetId": "", "valueSetDate": "2021-01-01"}', b"\xff"]
)
def test_what_is_no_value_set_is_malformed(data: bytes) -> None:
    with pytest.raises(Malformed, match=r"valuesets\.not-a-value-set"):
        valuesets.read(data)


def test_the_official_files_are_read_and_agree_with_what_ships(corpora: Path) -> None:
    files = sorted((corpora / "valuesets").rglob("*.json"))
    read = {}
    for path in files:
        if "encoding-instructions" in path.name:  # a table of advice: displays are missing
            continue
        found = valuesets.read(path.read_bytes())
        read[found.value_set_id] = found.value_set_values
        assert len(found.value_set_values) == len(json.loads(path.read_bytes())["valueSetValues"])
    for value_set in OURS:
        for code, shown in read[value_set].items():
            ours = shipped().sets[value_set].get(code)
            if ours is not None:
                assert ours["display"] == shown["display"]
                assert ours["system"] == shown["system"]
    eu = {code for code in shipped().sets[PRODUCTS] if not code.startswith("J07")}
    assert eu <= read[PRODUCTS].keys()
    assert shipped().sets[DISEASES].keys() >= read[DISEASES].keys()
    assert code_sets.COVID_19 in read[DISEASES]
