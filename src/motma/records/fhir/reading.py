"""FHIR JSON → deliveries; a resource that can't be read is refused alone, with code and path."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any, Final, TypeVar, cast

import msgspec

from motma.kernel.clock import civil_day
from motma.kernel.errors import Malformed
from motma.records.codes import COVID_19
from motma.records.fhir import elements, patients, shapes
from motma.records.fhir.shapes import Coding, Concept, Condition, Immunization, Observation, Patient
from motma.records.model import About, Delivery, Dose, Recovery, Said, Test

#: A message that is larger is no message. Source: ours.
MOST_ENTRIES: Final = 500

_MOST_DIGITS: Final = 19
_NOT_FINAL: Final = {"registered", "preliminary", "unknown"}
_OVER: Final = {"inactive", "remission", "resolved"}
_TAKEN_BACK: Final = {"refuted", "entered-in-error"}
_AT: Final = re.compile(r"at `\$\.?([^`]*)`")
_YEARS: Final = re.compile(r"[0-9]{4}(-[0-9]{2})?")

Read = Delivery | Malformed
#: Address → whom a Patient of a Bundle is, or why it can't be read.
Patients = Mapping[str, About | Malformed]
S = TypeVar("S", bound=shapes.Resource)


def read(data: bytes) -> list[Read]:
    """Everything that a resource or a Bundle delivers, each as read or as refused."""
    try:
        whole = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise Malformed("fhir.not-json") from None
    if not isinstance(whole, dict):
        raise Malformed("fhir.not-json")
    return list(read_value(whole))


def read_value(whole: Mapping[str, Any]) -> Iterator[Read]:
    """The same of JSON that was decoded."""
    if whole.get("resourceType") != "Bundle":
        yield _caught(whole, {}, "")
        return
    _check_names(whole, "Bundle", "Bundle")
    check_binding("Bundle.type", whole.get("type"))
    entries = whole.get("entry", [])
    if not isinstance(entries, list) or len(entries) > MOST_ENTRIES:
        raise Malformed("fhir.bundle", "Bundle.entry")
    patients_by = _patients_of(entries)
    for number, entry in enumerate(entries):
        resource = entry.get("resource") if isinstance(entry, dict) else None
        if isinstance(resource, dict) and resource.get("resourceType") == "Patient":
            continue
        yield _caught(resource, patients_by, f"Bundle.entry[{number}].resource.")


def _caught(resource: object, bundle: Patients, prefix: str) -> Read:
    try:
        return _delivery(resource, bundle)
    except Malformed as bad:
        field = prefix + bad.field if bad.field else prefix.rstrip(".") or None
        return Malformed(bad.reason, field)


def _delivery(resource: object, bundle: Patients) -> Delivery:
    kind = resource.get("resourceType") if isinstance(resource, dict) else None
    if kind == "Immunization":
        immunization = shaped(resource, Immunization)
        who = _about(immunization, immunization.patient, bundle)
        return _made(immunization, *_dose(immunization), who)
    if kind == "Observation":
        observation = shaped(resource, Observation)
        who = _about(observation, observation.subject or shapes.Reference(), bundle)
        return _made(observation, *_test(observation), who)
    if kind == "Condition":
        condition = shaped(resource, Condition)
        return _made(condition, *_recovery(condition), _about(condition, condition.subject, bundle))
    raise Malformed("fhir.resource-type", "resourceType")


def shaped(resource: object, shape: type[S]) -> S:
    """The elements that we read, once their names are known and nothing modifies them."""
    kind = shape.__name__
    _check_names(cast("dict[str, Any]", resource), kind, kind)
    try:
        return msgspec.convert(resource, shape)
    except msgspec.ValidationError as error:
        place = _AT.search(str(error))
        at = f"{kind}.{place[1]}" if place and place[1] else kind
        raise Malformed("fhir.shape", at) from None


def _check_names(resource: Mapping[str, Any], kind: str, path: str) -> None:
    for name, value in resource.items():
        if name.removeprefix("_") not in elements.ELEMENTS[kind]:
            raise Malformed("fhir.unknown-element", path)  # its name may be anything
        if name in {"modifierExtension", "implicitRules"} and value:
            raise Malformed("fhir.modifier", f"{path}.{name}")


def check_binding(path: str, code: object) -> str:
    """The code, if the required binding of this path has it."""
    if not isinstance(code, str) or code not in elements.BINDINGS[path]:
        raise Malformed("fhir.binding", path)
    return code


def _made(
    resource: shapes.Resource, what: Dose | Test | Recovery, status: Said, about: About
) -> Delivery:
    return Delivery(
        id=_source_id(resource), version=_version(resource), about=about, what=what, status=status
    )


def _source_id(resource: shapes.Resource) -> str:
    """The number that its source gave: in our own system, else the id, else the first number."""
    ours = [i.value for i in resource.identifier if i.system == elements.SOURCE_ID]
    rest = [i.value for i in resource.identifier if i.system != elements.CERTIFICATE]
    found = next((text for text in (*ours, resource.id, *rest) if text), None)
    if found is None:
        raise Malformed("fhir.id-missing", f"{resource.resource_type}.id")
    return found


def _version(resource: shapes.Resource) -> int:
    """`meta.versionId` if it is a number, else the milliseconds of `meta.lastUpdated`, else 1."""
    number, updated = resource.meta.version_id, resource.meta.last_updated
    if number.isascii() and number.isdigit():
        return _whole(number, f"{resource.resource_type}.meta.versionId")
    if not updated:
        return 1
    return int(_moment(updated, f"{resource.resource_type}.meta.lastUpdated").timestamp() * 1000)


def _dose(found: Immunization) -> tuple[Dose, Said]:
    status = check_binding("Immunization.status", found.status)
    protocol = found.protocol_applied[0] if found.protocol_applied else shapes.Protocol()
    if not protocol.target_disease:
        raise Malformed("fhir.disease-missing", "Immunization.protocolApplied.targetDisease")
    product = code_of(found.vaccine_code, "Immunization.vaccineCode")
    disease = code_of(protocol.target_disease[0], "Immunization.protocolApplied.targetDisease")
    dose = Dose(
        disease=disease.code,
        product=product.code or product.display,
        on=_day(found.occurrence_date_time, "Immunization.occurrenceDateTime"),
        lot=found.lot_number,
        number=_count(
            protocol.dose_number_positive_int, protocol.dose_number_string, "doseNumberString"
        ),
        of=_count(
            protocol.series_doses_positive_int, protocol.series_doses_string, "seriesDosesString"
        ),
        place=found.location.display if found.location else None,
        performer=found.performer[0].actor.display if found.performer else None,
    )
    return dose, cast("Said", "final" if status == "completed" else status)


def _test(found: Observation) -> tuple[Test, Said]:
    status = check_binding("Observation.status", found.status)
    if status in _NOT_FINAL:
        raise Malformed("fhir.not-final", "Observation.status")
    if found.value_codeable_concept is None:
        raise Malformed("fhir.result-missing", "Observation.valueCodeableConcept")
    at = found.effective_date_time or found.effective_instant
    if not at:
        raise Malformed("fhir.date-missing", "Observation.effectiveDateTime")
    about = [each.value_coding for each in found.extension if each.url == elements.DISEASE]
    test = Test(
        disease=about[0].code if about and about[0] else COVID_19,
        kind=code_of(found.code, "Observation.code").code,
        at=at,
        result=code_of(found.value_codeable_concept, "Observation.valueCodeableConcept").code,
        reported_at=found.issued,
        device=found.device.display if found.device else None,
        lab=found.performer[0].display if found.performer else None,
    )
    return test, "entered-in-error" if status in {"cancelled", "entered-in-error"} else "final"


def _recovery(found: Condition) -> tuple[Recovery, Said]:
    status = _status(found.verification_status, "Condition.verificationStatus")
    clinical = _status(found.clinical_status, "Condition.clinicalStatus")
    ended = _optional_day(found.abatement_date_time, "Condition.abatementDateTime")
    if status == "entered-in-error" and clinical is not None:
        raise Malformed("fhir.con-5", "Condition.clinicalStatus")
    if clinical is not None and ended and clinical not in _OVER:
        raise Malformed("fhir.con-4", "Condition.clinicalStatus")
    if status not in {"confirmed", *_TAKEN_BACK}:
        raise Malformed("fhir.not-confirmed", "Condition.verificationStatus")
    if clinical is not None and clinical not in _OVER:
        raise Malformed("fhir.not-recovered", "Condition.clinicalStatus")
    if found.code is None:
        raise Malformed("fhir.disease-missing", "Condition.code")
    certificates = [i.value for i in found.identifier if i.system == elements.CERTIFICATE]
    recovery = Recovery(
        disease=code_of(found.code, "Condition.code").code,
        first_positive=_optional_day(found.onset_date_time, "Condition.onsetDateTime"),
        ended=ended,
        certified=_optional_day(found.recorded_date, "Condition.recordedDate"),
        certificate=certificates[0] if certificates else None,
        issuer=found.asserter.display if found.asserter else None,
    )
    return recovery, "entered-in-error" if status in _TAKEN_BACK else "final"


def _status(concept: Concept | None, path: str) -> str | None:
    return None if concept is None else check_binding(path, code_of(concept, path).code)


def code_of(concept: Concept, path: str) -> Coding:
    """The first coding, else the text in its place; codes are judged later, like any source's."""
    if concept.coding and concept.coding[0].code:
        return concept.coding[0]
    if concept.text:
        return Coding(code=concept.text)
    raise Malformed("fhir.code-missing", path)


def _count(number: int | None, text: str | None, name: str) -> int | None:
    """A count in either form of the choice; a text that is no number says nothing."""
    if number is None and text is not None and text.isascii() and text.isdigit():
        return _whole(text, f"Immunization.protocolApplied.{name}")
    return number


def _whole(digits: str, path: str) -> int:
    """The number; Python refuses thousands of digits, and nobody means more than 64 bits."""
    if len(digits) > _MOST_DIGITS:
        raise Malformed("fhir.number", path)
    return int(digits)


def _optional_day(text: str | None, path: str) -> str | None:
    return _day(text, path) if text else None


def _day(text: str | None, path: str) -> str:
    """The civil day of a FHIR date or dateTime; a year or a month alone is no day."""
    if not text:
        raise Malformed("fhir.date-missing", path)
    if _YEARS.fullmatch(text):
        raise Malformed("fhir.partial-date", path)
    try:
        if "T" in text:
            return civil_day(_moment(text, path)).isoformat()
        return date.fromisoformat(text).isoformat()
    except (ValueError, OverflowError):
        raise Malformed("fhir.date", path) from None


def _moment(text: str, path: str) -> datetime:
    """A dateTime or instant; FHIR demands an offset, and the zone of this host says nothing."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Malformed("fhir.date", path) from None
    if moment.tzinfo is None:
        raise Malformed("fhir.moment-without-offset", path)
    return moment


def _patients_of(entries: list[Any]) -> Patients:
    """The Patients of the Bundle; a bad one refuses only the resources that refer to it."""
    found: dict[str, About | Malformed] = {}
    for entry in entries:
        resource = entry.get("resource") if isinstance(entry, dict) else None
        if not isinstance(resource, dict) or resource.get("resourceType") != "Patient":
            continue
        try:
            about: About | Malformed = patients.about_of(shaped(resource, Patient))
        except Malformed as bad:
            about = bad
        for address in (entry.get("fullUrl"), f"Patient/{resource.get('id')}"):
            if isinstance(address, str):
                found[address] = about
    return found


def _about(resource: shapes.Resource, reference: shapes.Reference, bundle: Patients) -> About:
    """Whom a reference means: a contained Patient, one of the Bundle, or a number and a name."""
    target = reference.reference
    if target.startswith("#"):
        for each in resource.contained:
            if each.get("resourceType") == "Patient" and each.get("id") == target[1:]:
                return patients.about_of(shaped(each, Patient))
        raise Malformed("fhir.reference", resource.resource_type)
    if target in bundle:
        patient = bundle[target]
        if isinstance(patient, Malformed):
            raise Malformed(patient.reason, patient.field)
        return patient
    return patients.about_of_reference(reference)
