"""What four national sources would send about a synthetic population, disturbed as in life.

A feed is a list; a position in it is the cursor. The same seed gives the same feeds, so a source
that was killed and started again sends what it would have sent.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any, Final

from motma.kernel.clock import CIVIL_ZONE
from motma.simulate.rates import Preset
from motma.simulate.records import Known, Record, simulate

Item = dict[str, Any]

#: Codes of the EU value sets: the disease, and products given here in 2021.
_COVID: Final = "840539006"
_PRODUCTS: Final = ("EU/1/20/1528", "EU/1/20/1507", "EU/1/21/1529", "BBIBP-CorV")
_CAMPAIGN: Final = date(2021, 6, 1)
_BETWEEN_DOSES: Final = 56  # days
_CCCD, _CMND = 12, 9

# Shares of what happens to a source's items. Source: ours.
_CHANGED: Final = 0.03
_RETRACTED: Final = 0.004
_BROKEN: Final = 0.004
_TESTED: Final = 0.15
_POSITIVE: Final = 0.08


@dataclass(frozen=True, slots=True, kw_only=True)
class Disturbance:
    """How far a feed is from the order in which things happened; shares of items."""

    late: float = 0.05
    duplicated: float = 0.05
    reordered: float = 0.10
    #: A late item comes up to so many places later, a reordered one changes with a near one.
    latest: int = 500
    near: int = 5

    def apply(self, items: Iterable[Item], random: Random) -> list[Item]:
        """The items as they are sent: nothing is lost, something comes twice."""
        placed: list[tuple[float, Item]] = []
        for place, item in enumerate(items):
            at = float(place)
            if random.random() < self.late:
                at += random.random() * self.latest
            elif random.random() < self.reordered:
                at += (random.random() - 0.5) * 2 * self.near
            placed.append((at, item))
            if random.random() < self.duplicated:
                placed.append((at + random.random() * self.latest, item))
        return [item for _, item in sorted(placed, key=lambda each: each[0])]


@dataclass(frozen=True, slots=True)
class Feeds:
    """All that the four sources send."""

    population: list[Item]
    insurance: list[Item]
    immunisation: list[Item]
    tests: list[Item]


def feeds(
    preset: Preset, *, people: int, seed: int, disturbance: Disturbance | None = None
) -> Feeds:
    """The feeds of so many people and the records about them."""
    random = Random(f"feeds:{seed}")  # noqa: S311 - must be repeatable
    known: list[Known] = []
    doses: list[tuple[Record, int]] = []
    for batch in simulate(preset, people, seed):
        known += batch.people
        doses += zip(batch.records, batch.doses, strict=True)
    disturb = disturbance or Disturbance()
    return Feeds(
        population=disturb.apply(_population(known, random), random),
        insurance=disturb.apply(_insurance(known, random), random),
        immunisation=disturb.apply(_immunisation(doses, random), random),
        tests=disturb.apply(_tests(known, random), random),
    )


def _population(known: Iterable[Known], random: Random) -> Iterator[Item]:
    for person in known:
        if not person.document_number:
            continue  # whom the register can't name it does not send
        item = {
            "id": person.person_id, "version": 1, **_named(person),
            "documents": [_document(person.document_number)],
            "phones": [person.phone] if person.phone else [],
            "commune_code": person.commune_code, "commune_as_of": person.commune_as_of or None,
        }  # fmt: skip
        chance = random.random()
        if chance < _BROKEN:
            yield item | {"birth": "1980-13-41"}
        elif chance < _BROKEN + _CHANGED:  # moved house: a second version
            yield item | {"commune_code": None, "commune_as_of": None}
            yield item | {"version": 2}
        else:
            yield item


def _insurance(known: Iterable[Known], random: Random) -> Iterator[Item]:
    for person in known:
        if not person.bhyt:
            continue
        documents = [{"kind": "bhyt", "number": person.bhyt}]
        if person.document_number:
            documents.append(_document(person.document_number))
        broken = random.random() < _BROKEN
        number = {"kind": "bhyt", "number": person.bhyt[:9]}
        yield {
            "id": f"I{person.person_id[1:]}", "version": 1, **_named(person),
            "documents": [number] if broken else documents,
        }  # fmt: skip


def _immunisation(doses: Iterable[tuple[Record, int]], random: Random) -> Iterator[Item]:
    for record, number in doses:
        on = _CAMPAIGN + timedelta(days=_BETWEEN_DOSES * (number - 1) + random.randrange(28))
        what = {
            "type": "dose", "disease": _COVID, "product": random.choice(_PRODUCTS),
            "on": on.isoformat(), "lot": f"L{random.randrange(10**6):06d}", "number": number,
            "of": max(2, number),
        }  # fmt: skip
        item = {"id": record.record_id, "version": 1, "about": _about(record), "what": what}
        chance = random.random()
        if chance < _BROKEN:
            yield item | {"what": what | {"product": "no-such-product"}}
        elif chance < _BROKEN + _RETRACTED:
            yield item
            yield item | {"version": 2, "status": "entered-in-error"}
        elif chance < _BROKEN + _RETRACTED + _CHANGED:
            yield item | {"what": what | {"lot": "L000000"}}
            yield item | {"version": 2}
        else:
            yield item


def _tests(known: Iterable[Known], random: Random) -> Iterator[Item]:
    for person in known:
        if random.random() >= _TESTED:
            continue
        day = _CAMPAIGN + timedelta(days=random.randrange(120))
        at = datetime.combine(day, time(7 + random.randrange(10)), CIVIL_ZONE)
        what = {
            "type": "test", "disease": _COVID, "kind": random.choice(("naat", "rapid")),
            "at": at.isoformat(), "lab": f"Lab {1 + random.randrange(63)}",
            "result": "positive" if random.random() < _POSITIVE else "negative",
        }  # fmt: skip
        item = {"id": f"T{person.person_id[1:]}", "version": 1, "what": what}
        if random.random() < _BROKEN:
            what["at"] = day.isoformat()  # a time without an offset
        yield item | {"about": _about(person)}


def _named(person: Known) -> Item:
    return {"full_name": person.full_name, "birth": person.birth_date, "sex": person.sex}


def _document(number: str) -> dict[str, str]:
    """The number with the kind that its shape says."""
    if "/" in number:
        return {"kind": "birth-certificate", "number": number}
    if number.isdigit():
        kind = {_CCCD: "cccd", _CMND: "cmnd"}.get(len(number), "passport")
        return {"kind": kind, "number": number}
    return {"kind": "passport", "number": number}


def _about(record: Known | Record) -> dict[str, str]:
    """Whom a record speaks of, without what it does not say."""
    about = record._asdict()
    about["birth"] = about.pop("birth_date")
    about = {name: value for name, value in about.items() if not name.endswith("_id")}
    return {name: value for name, value in about.items() if value}
