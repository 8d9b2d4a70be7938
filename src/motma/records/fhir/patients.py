"""A FHIR Patient as evidence of whom a record speaks, and back."""

from typing import Any, Final

from motma.kernel.errors import Malformed
from motma.records.fhir import elements
from motma.records.fhir.shapes import Extension, HumanName, Identifier, Patient, Reference
from motma.records.model import About

#: Identifier types that are a person's own document, and those of the insurance.
_DOCUMENTS: Final = {"NI", "NNVNM", "PPN"}
_INSURANCE: Final = {"HC", "SS", "SNO"}
_BHYT_LETTERS: Final = 15


def about_of(patient: Patient) -> About:
    """What a Patient says; required bindings are checked on the way."""
    _check(patient)
    document, bhyt = _numbers(patient.identifier)
    phones = [each.value for each in patient.telecom if each.system in {"phone", "sms"}]
    known = {e.url: e for address in patient.address for e in address.extension}
    nothing = Extension(url="")
    return About(
        full_name=_name(patient.name),
        birth=patient.birth_date or "",
        sex=patient.gender or "",
        document_number=document,
        bhyt=bhyt,
        phone=phones[0] if phones else "",
        commune_code=known.get(elements.COMMUNE, nothing).value_code or "",
        commune_as_of=known.get(elements.COMMUNE_AS_OF, nothing).value_date or "",
    )


def about_of_reference(reference: Reference) -> About:
    """A reference that only names somebody: by a number, or as a text."""
    numbers = (reference.identifier,) if reference.identifier else ()
    document, bhyt = _numbers(numbers)
    return About(full_name=reference.display or "", document_number=document, bhyt=bhyt)


def patient_of(about: About) -> dict[str, Any]:
    """The Patient that says the same, to be contained in a resource."""
    patient: dict[str, Any] = {"resourceType": "Patient", "id": "patient"}
    numbers = [
        {"use": "official", "system": system, "value": value}
        for system, value in (
            (elements.DOCUMENT, about.document_number),
            (elements.BHYT, about.bhyt),
        )
        if value
    ]
    communes = [
        {"url": url, name: value}
        for url, name, value in (
            (elements.COMMUNE, "valueCode", about.commune_code),
            (elements.COMMUNE_AS_OF, "valueDate", about.commune_as_of),
        )
        if value
    ]
    told = {
        "identifier": numbers,
        "name": [{"use": "official", "text": about.full_name}] if about.full_name else [],
        "telecom": [{"system": "phone", "value": about.phone}] if about.phone else [],
        "gender": about.sex,
        "birthDate": about.birth,
        "address": [{"extension": communes}] if communes else [],
    }
    return patient | {name: value for name, value in told.items() if value}


def _check(patient: Patient) -> None:
    """Every required binding of what we read."""
    bound = [
        ("Patient.gender", patient.gender),
        *(("Patient.name.use", each.use) for each in patient.name),
        *(("Patient.identifier.use", each.use) for each in patient.identifier),
        *(("Patient.telecom.system", each.system) for each in patient.telecom),
        *(("Patient.telecom.use", each.use) for each in patient.telecom),
        *(("Patient.address.use", each.use) for each in patient.address),
    ]
    for path, code in bound:
        if code is not None and code not in elements.BINDINGS[path]:
            raise Malformed("fhir.binding", path)


def _name(names: tuple[HumanName, ...]) -> str:
    """The official name, else the first; family name first, as everybody here writes."""
    ranked = sorted(names, key=lambda name: name.use != "official")
    if not ranked:
        return ""
    parts = (ranked[0].family, *ranked[0].given)
    return ranked[0].text or " ".join(part for part in parts if part)


def _numbers(identifiers: tuple[Identifier, ...]) -> tuple[str, str]:
    """Document and insurance number, by our systems, by type, or by their shape."""
    document = bhyt = ""
    for each in identifiers:
        types = {coding.code for coding in each.type.coding}
        insured = each.system == elements.BHYT or types & _INSURANCE
        plain = each.value.replace(" ", "")
        shaped = len(plain) == _BHYT_LETTERS and plain[:2].isalpha() and plain[2:].isdigit()
        if insured or (shaped and not types & _DOCUMENTS and each.system != elements.DOCUMENT):
            bhyt = bhyt or each.value
        elif types & _DOCUMENTS or each.system == elements.DOCUMENT or not (types or each.system):
            document = document or each.value
    return document, bhyt
