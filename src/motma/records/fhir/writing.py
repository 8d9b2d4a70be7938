"""Deliveries → FHIR JSON: each resource carries its Patient; `reading` gives them back."""

import re
from collections.abc import Iterable
from typing import Any, Final

from motma.records import codes as code_sets
from motma.records.codes import Codes
from motma.records.fhir import elements
from motma.records.fhir.patients import patient_of
from motma.records.model import NOBODY, Delivery, Dose, Recovery, Test

_FHIR_ID: Final = re.compile(r"[A-Za-z0-9.-]{1,64}")
#: In place of a patient whom nobody names.
_UNKNOWN: Final = {
    "url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason",
    "valueCode": "unknown",
}
#: FHIR asks for a number of the dose wherever a disease is named.
_NO_NUMBER: Final = "unknown"


def write(delivery: Delivery, codes: Codes) -> dict[str, Any]:
    """The resource; what is not known is not there."""
    what = delivery.what
    if isinstance(what, Dose):
        resource = _immunization(what, delivery.status, codes)
    elif isinstance(what, Test):
        resource = _observation(what, delivery.status, codes)
    else:
        resource = _condition(what, delivery.status, codes)
    own = {"system": elements.SOURCE_ID, "value": delivery.id}
    resource["identifier"] = [own, *resource.get("identifier", [])]
    resource["meta"] = {"versionId": str(delivery.version)}
    if _FHIR_ID.fullmatch(delivery.id):
        resource["id"] = delivery.id
    named = delivery.about != NOBODY
    if named:
        resource["contained"] = [patient_of(delivery.about)]
    person = {"reference": "#patient"} if named else {"extension": [_UNKNOWN]}
    resource["patient" if isinstance(what, Dose) else "subject"] = person
    return {name: value for name, value in resource.items() if value not in (None, [], "")}


def bundle(deliveries: Iterable[Delivery], codes: Codes) -> dict[str, Any]:
    """A collection of resources."""
    entries = [{"resource": write(each, codes)} for each in deliveries]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def _immunization(dose: Dose, status: str, codes: Codes) -> dict[str, Any]:
    protocol: dict[str, Any] = {
        "targetDisease": [_concept(codes, code_sets.DISEASES, dose.disease)],
    }
    if dose.number is None:
        protocol["doseNumberString"] = _NO_NUMBER
    else:
        protocol["doseNumberPositiveInt"] = dose.number
    if dose.of is not None:
        protocol["seriesDosesPositiveInt"] = dose.of
    return {
        "resourceType": "Immunization",
        "status": "completed" if status == "final" else status,
        "vaccineCode": _concept(codes, code_sets.PRODUCTS, dose.product),
        "occurrenceDateTime": dose.on,
        "lotNumber": dose.lot,
        "location": _named(dose.place),
        "performer": [{"actor": _named(dose.performer)}] if dose.performer else [],
        "protocolApplied": [protocol],
    }


def _observation(test: Test, status: str, codes: Codes) -> dict[str, Any]:
    kind = codes.code_of(code_sets.TEST_TYPES, test.kind)
    result = codes.code_of(code_sets.RESULTS, test.result)
    disease = _concept(codes, code_sets.DISEASES, test.disease)["coding"][0]
    return {
        "resourceType": "Observation",
        "extension": [{"url": elements.DISEASE, "valueCoding": disease}],
        "status": status,
        "code": _concept(codes, code_sets.TEST_TYPES, kind),
        "effectiveDateTime": test.at,
        "issued": test.reported_at,
        "valueCodeableConcept": _concept(codes, code_sets.RESULTS, result),
        "device": _named(test.device),
        "performer": [_named(test.lab)] if test.lab else [],
    }


def _condition(recovery: Recovery, status: str, codes: Codes) -> dict[str, Any]:
    final = status == "final"
    verified = "confirmed" if final else "entered-in-error"
    clinical = {"coding": [{"system": elements.CLINICAL, "code": "resolved"}]}
    certificate = {"system": elements.CERTIFICATE, "value": recovery.certificate}
    return {
        "resourceType": "Condition",
        "identifier": [certificate] if recovery.certificate else [],
        "clinicalStatus": clinical if final else None,  # con-5
        "verificationStatus": {"coding": [{"system": elements.VERIFICATION, "code": verified}]},
        "code": _concept(codes, code_sets.DISEASES, recovery.disease),
        "onsetDateTime": recovery.first_positive,
        "abatementDateTime": recovery.ended,
        "recordedDate": recovery.certified,
        "asserter": _named(recovery.issuer),
    }


def _concept(codes: Codes, value_set: str, code: str) -> dict[str, Any]:
    coding = {
        "system": codes.system_of(value_set, code),
        "code": code,
        "display": codes.display(value_set, code),
    }
    national = codes.national_of(value_set, code)
    return {"coding": [coding]} | ({"text": national} if national else {})


def _named(display: str | None) -> dict[str, str] | None:
    return {"display": display} if display else None
