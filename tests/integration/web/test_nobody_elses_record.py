"""No test can be made to show a person another person's record: alike people, damaged records.

Households of people who share a birth date, a phone, a commune and most of a name; deliveries with
damaged evidence, each with the truth beside it; every question and every claim that may be made.
"""

from dataclasses import dataclass, field
from datetime import date
from random import Random
from typing import Any, Final
from uuid import UUID, uuid4

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.theatre import Theatre

from motma.identity.service import Registered
from motma.kernel.errors import Declined
from motma.records import service as records
from motma.records.claims import deciding, service
from motma.records.claims.model import Acceptance, Expected, Statement
from motma.records.model import About, Delivery, Dose

REGISTRAR: Final = uuid4()
SITE: Final = "Trạm y tế phường Xóm Mới"
DAY: Final = date(2022, 9, 3)
EXPECTED: Final = Expected(type="dose", day=DAY, site=SITE)
#: Twins, and a namesake of the first who was born in the same year; then somebody unlike them.
PEOPLE: Final = (
    ("Thử Thị Nghiệm", "1990-02-03"),
    ("Thử Thị Nghiên", "1990-02-03"),
    ("Thử Thị Nghiệm", "1990-11-27"),
)
DAMAGES: Final = ("none", "birth", "name", "no-document", "slip", "phone-only", "year-only")

_bounded = settings(
    max_examples=20,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def damaged(about: About, damage: str) -> About:
    """The evidence with one thing wrong; none makes it point at another person's number."""
    number = about.document_number
    changes: dict[str, dict[str, str]] = {
        "birth": {"birth": "1951-11-27"},
        "name": {"full_name": "Thu Thi Nghie"},
        "no-document": {"document_number": ""},
        "slip": {"document_number": number[:6] + str((int(number[6]) + 1) % 10) + number[7:]},
        "phone-only": {"document_number": "", "birth": ""},
        "year-only": {"document_number": "", "birth": "1990"},
    }
    return replace(about, **changes.get(damage, {}))


@dataclass
class Household:
    """Alike people on a stage, their deliveries, and whose each is in truth."""

    theatre: Theatre
    people: list[Registered] = field(default_factory=list)
    abouts: list[About] = field(default_factory=list)
    truth: dict[UUID, int] = field(default_factory=dict)

    def move_in(self, start: int) -> None:
        """Register everybody, with numbers that nobody has had."""
        own = "".join("BDGHKLMNPT"[int(digit)] + "a" for digit in f"{start:04d}")
        for at, (name, birth) in enumerate((*PEOPLE, (f"{own}n Thị {own}m", "1985-07-09"))):
            number = f"001190{Random(start * 10 + at).randrange(10**6):06d}"
            phone = "0912345678" if at < len(PEOPLE) else ""  # the household's
            changes = {"full_name": name, "birth": birth, "number": number}
            person = self.theatre.run(
                self.theatre.stage.person(**changes, phones=(phone,) if phone else ())
            )
            self.people.append(person)
            self.abouts.append(
                About(full_name=name, birth=birth, document_number=number, phone=phone)
            )

    def within(self, work: Any) -> Any:
        """What `work(db, means)` gives, in one transaction."""
        platform = self.theatre.stage.platform

        async def inside() -> Any:
            async with platform.transaction() as db:
                return await work(db, platform.means)

        return self.theatre.run(inside())

    def deliver(self, whose: int, damage: str) -> UUID:
        """A dose of this person, as a careless site sends it."""
        about = damaged(self.abouts[whose], damage)
        what = Dose(disease="840539006", product="EU/1/20/1528", on=DAY.isoformat(), place=SITE)
        item = Delivery(id=uuid4().hex, about=about, what=what)
        (got,) = self.within(lambda db, means: records.receive(db, means, "registry", [item]))
        self.truth[got.record_id] = whose
        return UUID(str(got.record_id))

    def answer(self, who: int) -> Any:
        """What the person hears of a dose on that day at that site."""
        person_id = self.people[who].person_id
        return self.within(lambda db, means: service.explain(db, means, person_id, EXPECTED))

    def shown(self, who: int) -> set[UUID]:
        """The records that the person sees."""
        person_id = self.people[who].person_id
        found = self.within(lambda db, means: records.records_of(db, means, person_id))
        return {each.record_id for each in found}

    def claim(self, who: int, record_id: UUID) -> None:
        """Claim it; a registrar who never looks gives what is asked."""
        person_id = self.people[who].person_id
        said = Statement(wish="missing", expected=EXPECTED, note=uuid4().hex)
        filed = self.within(lambda db, means: service.file(db, means, person_id, said))
        accepted = Acceptance(effect="attached", reason="asked", record_id=record_id)
        try:
            self.within(
                lambda db, means: deciding.accept(
                    db, means, person_id=person_id, claim_id=filed.claim_id,
                    accepted=accepted, by=REGISTRAR,
                )
            )  # fmt: skip
        except Declined:
            refused = {"person_id": person_id, "claim_id": filed.claim_id, "by": REGISTRAR}
            self.within(lambda db, means: deciding.refuse(db, means, reason="no", **refused))


deliveries = st.lists(
    st.tuples(st.integers(0, len(PEOPLE) - 1), st.sampled_from(DAMAGES)), min_size=1, max_size=5
)


def test_what_a_person_hears_depends_on_their_own_records_only(theatre: Theatre) -> None:
    examples = iter(range(1, 1000))
    heard = set()

    @_bounded
    @given(deliveries, st.integers(0, len(PEOPLE)))
    def one(sent: list[tuple[int, str]], who: int) -> None:
        home = Household(theatre)
        home.move_in(next(examples))
        sent = [(len(PEOPLE), "birth"), *sent]  # of whom something may be told
        for whose, damage in sent:
            if whose == who:
                home.deliver(whose, damage)
        alone = home.answer(who)
        for whose, damage in sent:
            if whose != who:
                home.deliver(whose, damage)
        assert home.answer(who) == alone
        heard.add(alone.status)
        assert {home.truth[record_id] for record_id in home.shown(who)} <= {who}

    one()
    assert {"differs", "there", "nothing-to-tell"} <= heard


def test_a_claim_never_takes_a_record_from_somebody_who_has_it(theatre: Theatre) -> None:
    examples = iter(range(1000, 2000))

    @_bounded
    @given(deliveries, st.integers(0, len(PEOPLE)))
    def one(sent: list[tuple[int, str]], who: int) -> None:
        home = Household(theatre)
        home.move_in(next(examples))
        ids = [home.deliver(whose, damage) for whose, damage in sent]
        before = [home.shown(at) for at in range(len(home.people))]
        for record_id in ids[:3]:
            home.claim(who, record_id)
        for at in range(len(home.people)):
            assert before[at] <= home.shown(at)

    one()
