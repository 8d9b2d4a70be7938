"""FHIR R4B: required bindings, invariants, modifiers and Bundles, each fault with its path."""

import copy
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from motma.kernel.errors import Malformed
from motma.records.fhir import reading
from motma.records.model import Delivery, Dose, Recovery, Test

PATIENT: dict[str, Any] = {
    "resourceType": "Patient",
    "id": "p",
    "identifier": [
        {"type": {"coding": [{"code": "NI"}]}, "value": "001190000001"},
        {"type": {"coding": [{"code": "HC"}]}, "value": "HS4010120878821"},
    ],
    "name": [
        {"use": "nickname", "text": "Mẫu"},
        {"use": "official", "family": "Thử", "given": ["Thị", "Nghiệm"]},
    ],
    "telecom": [{"system": "email", "value": "x"}, {"system": "phone", "value": "0912345678"}],
    "gender": "female",
    "birthDate": "1990-02-03",
}
IMMUNIZATION: dict[str, Any] = {
    "resourceType": "Immunization",
    "id": "imm-1",
    "meta": {"versionId": "3"},
    "contained": [PATIENT],
    "status": "completed",
    "vaccineCode": {"coding": [{"code": "EU/1/20/1528"}]},
    "patient": {"reference": "#p"},
    "occurrenceDateTime": "2021-09-03T23:30:00Z",
    "protocolApplied": [
        {"targetDisease": [{"coding": [{"code": "840539006"}]}], "doseNumberPositiveInt": 2}
    ],
}
OBSERVATION: dict[str, Any] = {
    "resourceType": "Observation",
    "id": "obs-1",
    "status": "final",
    "code": {"coding": [{"code": "LP6464-4"}]},
    "subject": {"identifier": {"value": "001190000001"}, "display": "Thử Thị Nghiệm"},
    "effectiveDateTime": "2021-09-03T08:00:00+07:00",
    "valueCodeableConcept": {"text": "Âm tính"},
}
CONDITION: dict[str, Any] = {
    "resourceType": "Condition",
    "id": "con-1",
    "verificationStatus": {"coding": [{"code": "confirmed"}]},
    "clinicalStatus": {"coding": [{"code": "resolved"}]},
    "code": {"coding": [{"code": "840539006"}]},
    "subject": {"display": "Thử Thị Nghiệm"},
    "onsetDateTime": "2021-08-01",
    "abatementDateTime": "2021-08-15",
}


def read(resource: dict[str, Any], **changes: Any) -> Delivery | Malformed:
    """One resource, with other elements by name; None takes one away."""
    whole = copy.deepcopy(resource) | changes
    text = json.dumps({name: value for name, value in whole.items() if value is not None})
    [one] = reading.read(text.encode())
    return one


def accepted(resource: dict[str, Any], **changes: Any) -> Delivery:
    one = read(resource, **changes)
    assert isinstance(one, Delivery), one
    return one


def test_an_immunization_is_a_dose_on_its_civil_day() -> None:
    one = accepted(IMMUNIZATION)
    assert isinstance(one.what, Dose)
    assert (one.id, one.version, one.what.on, one.what.number) == ("imm-1", 3, "2021-09-04", 2)
    about = one.about
    assert (about.full_name, about.birth, about.sex) == ("Thử Thị Nghiệm", "1990-02-03", "female")
    assert (about.document_number, about.bhyt) == ("001190000001", "HS4010120878821")
    assert about.phone == "0912345678"


def test_an_observation_is_a_test_of_whom_its_subject_names() -> None:
    one = accepted(OBSERVATION)
    assert isinstance(one.what, Test)
    assert (one.what.disease, one.what.result) == ("840539006", "Âm tính")
    assert (one.about.full_name, one.about.document_number) == ("Thử Thị Nghiệm", "001190000001")


def test_a_condition_that_is_over_is_a_recovery() -> None:
    one = accepted(CONDITION)
    assert isinstance(one.what, Recovery)
    assert (one.what.first_positive, one.what.ended) == ("2021-08-01", "2021-08-15")


@pytest.mark.parametrize(
    ("resource", "changes", "reason", "path"),
    [
        (IMMUNIZATION, {"status": "done"}, "fhir.binding", "Immunization.status"),
        (IMMUNIZATION, {"status": None}, "fhir.shape", "Immunization"),
        (IMMUNIZATION, {"status": 1}, "fhir.shape", "Immunization.status"),
        (IMMUNIZATION, {"statuss": "x"}, "fhir.unknown-element", "Immunization"),
        (
            IMMUNIZATION,
            {"modifierExtension": [{"url": "x"}]},
            "fhir.modifier",
            "Immunization.modifierExtension",
        ),
        (
            IMMUNIZATION,
            {"occurrenceDateTime": "2021-09"},
            "fhir.partial-date",
            "Immunization.occurrenceDateTime",
        ),
        (
            IMMUNIZATION,
            {"occurrenceDateTime": None, "occurrenceString": "last spring"},
            "fhir.date-missing",
            "Immunization.occurrenceDateTime",
        ),
        (
            IMMUNIZATION,
            {"protocolApplied": None},
            "fhir.disease-missing",
            "Immunization.protocolApplied.targetDisease",
        ),
        (
            IMMUNIZATION,
            {"meta": {"versionId": "9" * 4301}},
            "fhir.number",
            "Immunization.meta.versionId",
        ),
        (
            IMMUNIZATION,
            {
                "protocolApplied": [
                    IMMUNIZATION["protocolApplied"][0]
                    | {"doseNumberPositiveInt": None, "doseNumberString": "9" * 4301}
                ]
            },
            "fhir.number",
            "Immunization.protocolApplied.doseNumberString",
        ),
        (
            IMMUNIZATION,
            {
                "protocolApplied": [
                    IMMUNIZATION["protocolApplied"][0] | {"seriesDosesString": "9" * 4301}
                ]
            },
            "fhir.number",
            "Immunization.protocolApplied.seriesDosesString",
        ),
        (IMMUNIZATION, {"vaccineCode": {}}, "fhir.code-missing", "Immunization.vaccineCode"),
        (IMMUNIZATION, {"id": None}, "fhir.id-missing", "Immunization.id"),
        (IMMUNIZATION, {"patient": {"reference": "#q"}}, "fhir.reference", "Immunization"),
        (
            IMMUNIZATION,
            {"contained": [PATIENT | {"gender": "f"}]},
            "fhir.binding",
            "Patient.gender",
        ),
        (
            IMMUNIZATION,
            {"contained": [PATIENT | {"name": [{"use": "real", "text": "x"}]}]},
            "fhir.binding",
            "Patient.name.use",
        ),
        (OBSERVATION, {"status": "complete"}, "fhir.binding", "Observation.status"),
        (OBSERVATION, {"status": "preliminary"}, "fhir.not-final", "Observation.status"),
        (
            OBSERVATION,
            {"valueCodeableConcept": None},
            "fhir.result-missing",
            "Observation.valueCodeableConcept",
        ),
        (
            CONDITION,
            {"verificationStatus": {"coding": [{"code": "sure"}]}},
            "fhir.binding",
            "Condition.verificationStatus",
        ),
        (
            CONDITION,
            {"verificationStatus": {"coding": [{"code": "provisional"}]}},
            "fhir.not-confirmed",
            "Condition.verificationStatus",
        ),
        (
            CONDITION,
            {"clinicalStatus": {"coding": [{"code": "active"}]}},
            "fhir.con-4",
            "Condition.clinicalStatus",
        ),
        (
            CONDITION,
            {"verificationStatus": {"coding": [{"code": "entered-in-error"}]}},
            "fhir.con-5",
            "Condition.clinicalStatus",
        ),
        ({"resourceType": "Procedure"}, {}, "fhir.resource-type", "resourceType"),
    ],
)
def test_a_fault_has_a_permanent_code_and_the_path_to_it(
    resource: dict[str, Any], changes: dict[str, Any], reason: str, path: str
) -> None:
    one = read(resource, **changes)
    assert isinstance(one, Malformed)
    assert (one.reason, one.field) == (reason, path)


@pytest.fixture(params=["UTC", "Pacific/Kiritimati", "America/Los_Angeles"])
def host_zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A host that is somewhere else."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("host_zone")
def test_the_zone_of_the_host_says_nothing_about_a_moment() -> None:
    one = accepted(IMMUNIZATION, meta={"lastUpdated": "1970-01-01T00:00:01Z"})
    assert isinstance(one.what, Dose)
    assert (one.what.on, one.version) == ("2021-09-04", 1000)
    faults = [
        read(IMMUNIZATION, occurrenceDateTime="2021-09-03T23:30:00"),
        read(IMMUNIZATION, meta={"lastUpdated": "1970-01-01T00:00:01"}),
        read(CONDITION, abatementDateTime="2021-08-15T23:30:00"),
    ]
    assert [(bad.reason, bad.field) for bad in faults if isinstance(bad, Malformed)] == [
        ("fhir.moment-without-offset", "Immunization.occurrenceDateTime"),
        ("fhir.moment-without-offset", "Immunization.meta.lastUpdated"),
        ("fhir.moment-without-offset", "Condition.abatementDateTime"),
    ]


@pytest.mark.parametrize(
    ("resource", "changes"),
    [
        (IMMUNIZATION, {"status": "entered-in-error"}),
        (IMMUNIZATION, {"status": "not-done"}),
        (OBSERVATION, {"status": "cancelled"}),
        (
            CONDITION,
            {"verificationStatus": {"coding": [{"code": "refuted"}]}, "clinicalStatus": None},
        ),
    ],
)
def test_what_its_source_takes_back_is_taken_back(
    resource: dict[str, Any], changes: dict[str, Any]
) -> None:
    assert accepted(resource, **changes).status != "final"


def test_in_a_bundle_a_resource_finds_its_patient_by_address() -> None:
    outside = IMMUNIZATION | {"contained": [], "patient": {"reference": "urn:uuid:1"}}
    bundle = {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [
            {"fullUrl": "urn:uuid:1", "resource": PATIENT},
            {"resource": outside},
            {"resource": outside | {"patient": {"reference": "Patient/p"}}},
            {"resource": {"resourceType": "Medication"}},
            {},
        ],
    }
    first, second, third, fourth = reading.read(json.dumps(bundle).encode())
    assert isinstance(first, Delivery)
    assert isinstance(second, Delivery)
    assert first.about.full_name == second.about.full_name == "Thử Thị Nghiệm"
    assert isinstance(third, Malformed)
    assert third.field == "Bundle.entry[3].resource.resourceType"
    assert isinstance(fourth, Malformed)


def test_in_a_bundle_a_bad_patient_refuses_only_what_refers_to_it() -> None:
    outside = IMMUNIZATION | {"contained": []}
    bad = PATIENT | {"id": "q", "gender": "f"}
    bundle = {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [
            {"resource": PATIENT},
            {"resource": bad},
            {"resource": outside | {"patient": {"reference": "Patient/q"}}},
            {"resource": outside | {"patient": {"reference": "Patient/p"}}},
        ],
    }
    refused, good = reading.read(json.dumps(bundle).encode())
    assert isinstance(refused, Malformed)
    assert (refused.reason, refused.field) == (
        "fhir.binding",
        "Bundle.entry[2].resource.Patient.gender",
    )
    assert isinstance(good, Delivery)
    assert good.about.full_name == "Thử Thị Nghiệm"


@pytest.mark.parametrize("change", [{"type": "parcel"}, {"entry": {}}, {"entry": [{}] * 501}])
def test_a_bundle_that_is_none_is_refused_whole(change: dict[str, Any]) -> None:
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": []} | change
    with pytest.raises(Malformed, match=r"fhir\."):
        reading.read(json.dumps(bundle).encode())


@pytest.mark.parametrize(
    ("meta", "version"),
    [({"versionId": "7"}, 7), ({"lastUpdated": "1970-01-01T00:00:01Z"}, 1000), ({}, 1)],
)
def test_a_version_is_a_number_or_a_moment(meta: dict[str, str], version: int) -> None:
    assert accepted(IMMUNIZATION, meta=meta).version == version
