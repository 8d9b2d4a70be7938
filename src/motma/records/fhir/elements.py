"""What stands in the four resources: names of elements, required bindings, our own systems.

Source: HL7 FHIR R4B (4.3.0), definitions of Immunization, Observation, Condition, Patient.
"""

from typing import Final

_RESOURCE: Final = "id meta implicitRules language text contained extension modifierExtension"
_AGES: Final = "DateTime Age Period Range String"
_VALUES: Final = (
    "Quantity CodeableConcept String Boolean Integer Range Ratio SampledData Time DateTime Period"
)


def _names(own: str, **choices: str) -> frozenset[str]:
    several = (f"{name}{kind}" for name, kinds in choices.items() for kind in kinds.split())
    return frozenset((*_RESOURCE.split(), *own.split(), *several, "resourceType"))


#: Resource → every name that may stand at its top.
ELEMENTS: Final[dict[str, frozenset[str]]] = {
    "Immunization": _names(
        "identifier status statusReason vaccineCode patient encounter recorded primarySource"
        " reportOrigin location manufacturer lotNumber expirationDate site route doseQuantity"
        " performer note reasonCode reasonReference isSubpotent subpotentReason education"
        " programEligibility fundingSource reaction protocolApplied",
        occurrence="DateTime String",
    ),
    "Observation": _names(
        "identifier basedOn partOf status category code subject focus encounter issued performer"
        " dataAbsentReason interpretation note bodySite method specimen device referenceRange"
        " hasMember derivedFrom component",
        effective="DateTime Period Timing Instant",
        value=_VALUES,
    ),
    "Condition": _names(
        "identifier clinicalStatus verificationStatus category severity code bodySite subject"
        " encounter recordedDate recorder asserter stage evidence note",
        onset=_AGES,
        abatement=_AGES,
    ),
    "Patient": _names(
        "identifier active name telecom gender birthDate address maritalStatus photo contact"
        " communication generalPractitioner managingOrganization link",
        deceased="Boolean DateTime",
        multipleBirth="Boolean Integer",
    ),
    "Bundle": _names("identifier type timestamp total link entry signature"),
}


def _codes(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: Path → the codes of its required binding.
BINDINGS: Final[dict[str, frozenset[str]]] = {
    "Immunization.status": _codes("completed entered-in-error not-done"),
    "Observation.status": _codes(
        "registered preliminary final amended corrected cancelled entered-in-error unknown"
    ),
    "Condition.clinicalStatus": _codes("active recurrence relapse inactive remission resolved"),
    "Condition.verificationStatus": _codes(
        "unconfirmed provisional differential confirmed refuted entered-in-error"
    ),
    "Patient.gender": _codes("male female other unknown"),
    "Patient.name.use": _codes("usual official temp nickname anonymous old maiden"),
    "Patient.identifier.use": _codes("usual official temp secondary old"),
    "Patient.telecom.system": _codes("phone fax email pager url sms other"),
    "Patient.telecom.use": _codes("home work temp old mobile"),
    "Patient.address.use": _codes("home work temp old billing"),
    "Bundle.type": _codes(
        "document message transaction transaction-response batch batch-response history"
        " searchset collection"
    ),
}

CLINICAL: Final = "http://terminology.hl7.org/CodeSystem/condition-clinical"
VERIFICATION: Final = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
IDENTIFIER_TYPES: Final = "http://terminology.hl7.org/CodeSystem/v2-0203"

#: Our own: FHIR has no place, or no one place, for these.
SOURCE_ID: Final = "urn:motma:source-id"
CERTIFICATE: Final = "urn:motma:certificate"
DOCUMENT: Final = "urn:motma:document"
BHYT: Final = "urn:motma:bhyt"
DISEASE: Final = "urn:motma:disease"
COMMUNE: Final = "urn:motma:commune-code"
COMMUNE_AS_OF: Final = "urn:motma:commune-as-of"
