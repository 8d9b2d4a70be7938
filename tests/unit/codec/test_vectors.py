"""The published vectors and the public corpora hold."""

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from motma.codec import issued, jwks, living, personal, place
from motma.codec.bhyt import Bhyt
from motma.codec.cccd import Cccd
from motma.codec.reading import read

VECTORS = Path(__file__).parents[3] / "vectors"
TODAY = date(2026, 1, 1)


def load(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((VECTORS / f"{name}.json").read_text(encoding="utf-8"))
    return document


def cases(name: str) -> list[Any]:
    return [pytest.param(case, id=case["name"]) for case in load(name)["cases"]]


@pytest.mark.parametrize("case", cases("qr-reading"))
def test_reading_vectors_hold(case: dict[str, Any]) -> None:
    reading = read(case["input"], today=date.fromisoformat(case["as_of"]))
    assert case["expected"] == {
        "family": reading.family,
        "problems": [finding.code for finding in reading.problems],
        "warnings": [finding.code for finding in reading.warnings],
    }


@pytest.mark.parametrize("case", cases("qr-issued"))
def test_issued_vectors_hold(case: dict[str, Any]) -> None:
    keys = jwks.parse(load("qr-issued")["jwks"])
    assert issued.verify(case["input"], keys.find) == case["expected"]["signature"]
    for name, expected in case["expected"].get("fields", {}).items():
        value = issued.parse(case["input"])
        found = value.kid if name == "kid" else getattr(value.issue, name)
        assert plain(found) == expected, name


def plain(value: object) -> object:
    """A field as the vectors write it."""
    if isinstance(value, issued.Card):
        colour = value.colour.name.lower()
        return {"scheme": value.scheme, "colour": colour, "until": value.until.isoformat()}
    if isinstance(value, issued.Form):
        return value.name.lower()
    return str(value) if isinstance(value, date) else value


@pytest.mark.parametrize("case", cases("qr-place"))
def test_place_vectors_hold(case: dict[str, Any]) -> None:
    keys, expected = jwks.parse(load("qr-place")["jwks"]), case["expected"]
    assert place.verify(case["input"], keys.find) == expected["signature"]
    if "origin" in expected:
        code = place.parse(case["input"])
        found = {"origin": code.origin, "place_id": str(code.place_id), "number": code.number}
        assert expected == {"signature": "valid"} | found


@pytest.mark.parametrize("case", cases("qr-living"))
def test_living_vectors_hold(case: dict[str, Any]) -> None:
    secret, at = bytes.fromhex(case["secret"]), datetime.fromisoformat(case["as_of"])
    assert living.check(case["input"], secret=secret, at=at) is case["expected"]


@pytest.mark.parametrize("case", cases("qr-living-made"))
def test_made_living_codes_hold(case: dict[str, Any]) -> None:
    secret, at = bytes.fromhex(case["secret"]), datetime.fromisoformat(case["as_of"])
    made = living.attach(case["input"], name=case["secret_name"], secret=secret, at=at)
    assert made == case["expected"]


@pytest.fixture
def public_lines(corpora: Path) -> list[dict[str, Any]]:
    lines = (corpora / "vn" / "vn-qr-synthetic.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def test_every_public_line_that_has_a_verdict_is_judged_so(
    public_lines: list[dict[str, Any]],
) -> None:
    judged = {
        line["id"]: (line["expected"]["well_formed"], read(line["qr"], today=TODAY).well_formed)
        for line in public_lines
    }
    wrong = [name for name, (known, ours) in judged.items() if known not in {None, ours}]
    assert (len(judged), wrong) == (116, [])


def test_every_public_line_that_is_accepted_gives_its_fields(
    public_lines: list[dict[str, Any]],
) -> None:
    checked = 0
    for line in public_lines:
        fields = line["expected"].get("fields")
        if fields is not None:
            value = read(line["qr"], today=TODAY).fields
            assert as_published(value, fields) == fields, line["id"]
            checked += 1
    assert checked > 90


def test_every_accepted_personal_line_is_written_back(public_lines: list[dict[str, Any]]) -> None:
    for line in public_lines:
        reading = read(line["qr"], today=TODAY)
        if isinstance(reading.fields, personal.Personal):
            assert personal.serialise(reading.fields) == reading.text, line["id"]


def test_a_public_cccd_warns_exactly_when_it_is_inconsistent(
    public_lines: list[dict[str, Any]],
) -> None:
    for line in public_lines:
        consistent = line["expected"].get("cccd_consistent_with_dob")
        if consistent is not None:
            codes = [finding.code for finding in read(line["qr"], today=TODAY).warnings]
            assert ("qr.id-says-other-birth-year" not in codes) is consistent, line["id"]


def as_published(value: object, fields: dict[str, Any]) -> dict[str, Any]:
    """Our value in the words of the corpus, for the fields that it tells."""
    if isinstance(value, personal.Personal):
        names = ("declarant_qid", "sex", "bhyt", "phone", "signature")
        tokens = (*(value.tokens or ()), *[None] * 5)
        ext: dict[str, Any] = dict(zip(names, tokens, strict=False)) | {"extra": list(value.extra)}
        found: dict[str, Any] = {
            "document": value.document, "name": value.name, "dob": value.born,
            "identity_type": value.identity_kind, "qid": value.qid, "ext": ext,
        }  # fmt: skip
        return found
    assert isinstance(value, Cccd | Bhyt)
    found = {
        "name": value.name, "dob": str(value.birth), "address": value.address,
        "sex": {"male": "M", "female": "F"}[value.sex],
    }  # fmt: skip
    if isinstance(value, Cccd):
        found |= {"cccd": value.number, "old_id": value.old_number, "issued": str(value.issued_on)}
        found["name_ascii_upper"] = fields["name_ascii_upper"]
    else:
        found |= {"bhyt": value.number, "bhxh": value.number, "valid_from": str(value.valid_from)}
    return {name: found[name] for name in fields}
