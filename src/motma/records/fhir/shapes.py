"""The parts of the four resources that we read, as values; other elements are not kept."""

from typing import Any

import msgspec


class Coding(msgspec.Struct, frozen=True):
    """A code with its system."""

    code: str = ""
    system: str = ""
    display: str = ""


class Concept(msgspec.Struct, frozen=True):
    """Codes that mean the same, and a text."""

    coding: tuple[Coding, ...] = ()
    text: str = ""


class Identifier(msgspec.Struct, frozen=True):
    """A number that somebody gave."""

    system: str = ""
    value: str = ""
    use: str | None = None
    type: Concept = Concept()


class Reference(msgspec.Struct, frozen=True):
    """Another resource, by address, number or name."""

    reference: str = ""
    display: str | None = None
    identifier: Identifier | None = None


class Extension(msgspec.Struct, frozen=True, rename="camel"):
    """An extension with one of the values that ours have."""

    url: str
    value_coding: Coding | None = None
    value_code: str | None = None
    value_date: str | None = None


class Meta(msgspec.Struct, frozen=True, rename="camel"):
    """Version of the resource at its source."""

    version_id: str = ""
    last_updated: str = ""


class Performer(msgspec.Struct, frozen=True):
    """Who gave the dose."""

    actor: Reference


class Protocol(msgspec.Struct, frozen=True, rename="camel"):
    """Which dose of which series, against what."""

    target_disease: tuple[Concept, ...] = ()
    dose_number_positive_int: int | None = None
    dose_number_string: str | None = None
    series_doses_positive_int: int | None = None
    series_doses_string: str | None = None


class HumanName(msgspec.Struct, frozen=True):
    """A name in parts or as one text."""

    use: str | None = None
    text: str = ""
    family: str = ""
    given: tuple[str, ...] = ()


class Telecom(msgspec.Struct, frozen=True):
    """A phone number, or another way to reach somebody."""

    system: str | None = None
    value: str = ""
    use: str | None = None


class Address(msgspec.Struct, frozen=True):
    """Only what our extensions say."""

    use: str | None = None
    extension: tuple[Extension, ...] = ()


class Resource(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """What every resource may have."""

    resource_type: str
    id: str = ""
    meta: Meta = Meta()
    contained: tuple[dict[str, Any], ...] = ()
    extension: tuple[Extension, ...] = ()
    identifier: tuple[Identifier, ...] = ()


class Immunization(Resource, frozen=True, rename="camel", kw_only=True):
    """A dose."""

    status: str
    vaccine_code: Concept
    patient: Reference
    occurrence_date_time: str | None = None
    lot_number: str | None = None
    location: Reference | None = None
    performer: tuple[Performer, ...] = ()
    protocol_applied: tuple[Protocol, ...] = ()


class Observation(Resource, frozen=True, rename="camel", kw_only=True):
    """A test."""

    status: str
    code: Concept
    subject: Reference | None = None
    effective_date_time: str | None = None
    effective_instant: str | None = None
    issued: str | None = None
    value_codeable_concept: Concept | None = None
    device: Reference | None = None
    performer: tuple[Reference, ...] = ()


class Condition(Resource, frozen=True, rename="camel", kw_only=True):
    """An illness that is over."""

    subject: Reference
    code: Concept | None = None
    clinical_status: Concept | None = None
    verification_status: Concept | None = None
    onset_date_time: str | None = None
    abatement_date_time: str | None = None
    recorded_date: str | None = None
    asserter: Reference | None = None


class Patient(Resource, frozen=True, rename="camel", kw_only=True):
    """Whom a resource speaks of."""

    name: tuple[HumanName, ...] = ()
    telecom: tuple[Telecom, ...] = ()
    gender: str | None = None
    birth_date: str | None = None
    address: tuple[Address, ...] = ()


SHAPES: dict[str, type[Resource]] = {
    shape.__name__: shape for shape in (Immunization, Observation, Condition, Patient)
}
