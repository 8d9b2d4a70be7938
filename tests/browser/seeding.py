"""Fills an empty platform with what the browser tests scan: readers, places, codes."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from motma.access import service as access
from motma.bootstrap import Platform, Settings, open_platform
from motma.codec.issued import Form
from motma.identity import ending, issuing, service
from motma.identity.model import Assurance, Claim, Held, ShownDocument
from motma.identity.service import Registered
from motma.records import service as records
from motma.records.model import About, Delivery, Dose
from motma.storage.pool import Connection

PIN: Final = "246813"
GUARD: Final = "guard@test"
NURSE: Final = "nurse@test"
TRACER: Final = "tracer@test"
REGISTRAR: Final = "registrar@test"
MARKET: Final = "Cổng chợ"
CLINIC: Final = "Trạm y tế"
#: An owner chose this name; on the page it must be a name and nothing else.
HOSTILE_PLACE: Final = "<img src=x onerror=\"document.title='owned'\"><b>Cổng"
FULL_NAME: Final = "Nguyễn Thị Thử Nghiệm"
#: A name that Telex changes: LEE becomes LÊ.
FOREIGN_NAME: Final = "Lee Kim"
BIRTH: Final = "1989-05-17"

#: Where somebody was vaccinated under a wrong birth date.
SITE: Final = "Trạm y tế phường Xóm Mới"
DOSE_DAY: Final = "2021-09-03"

#: People in the queue before the camera.
CROWD: Final = 60

#: More than all tests together use; a code works once.
_CODES: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Seeded:
    """What the tests know of the platform."""

    codes: list[str]
    paper: str
    phone: str  # of the same person as `paper`, without the living part, as a picture has it
    foreign: str
    revoked: str
    crowd: tuple[str, ...]  # paper codes of many people
    waiting: str  # the activation code of the person whose dose did not attach


async def seed(home: Path) -> Seeded:
    """Make the platform below `home` and what stands in it; it is closed again at the end."""
    async with open_platform(Settings(home=home)) as platform, platform.transaction() as db:
        codes = await _organisation(platform, db)
        paper = await _person(platform, db, FULL_NAME, "001189000017")
        owner = await service.find(db, platform.means, paper.split("|")[4])
        return Seeded(
            codes=codes,
            paper=paper,
            phone=await issuing.issue(db, platform.means, owner, form=Form.PHONE),
            foreign=await _person(platform, db, FOREIGN_NAME, "001189000025"),
            revoked=await _person(platform, db, "Trần Văn Thu Hồi", "001089000033", revoke=True),
            crowd=tuple([await _passer_by(platform, db, at) for at in range(CROWD)]),
            waiting=await _waiting_dose(platform, db),
        )


async def _organisation(platform: Platform, db: Connection) -> list[str]:
    means = platform.means
    owner = await access.add_organisation(db, means, "Trạm y tế thử nghiệm")
    for kind, name in (("public-place", MARKET), ("clinic", CLINIC), ("transport", HOSTILE_PLACE)):
        await access.add_place(db, means, organisation_id=owner, kind=kind, name=name)
    for login, role in ((GUARD, "place"), (NURSE, "medical"), (TRACER, "tracer"),
                        (REGISTRAR, "registrar")):  # fmt: skip
        await access.add_reader(
            db, means, organisation_id=owner, login=login, role=role, pin=PIN, may_move=True
        )
    made = [await access.new_code(db, means, organisation_id=owner) for _ in range(_CODES)]
    return [code for code, _ in made]


async def _waiting_dose(platform: Platform, db: Connection) -> str:
    """A person whose dose came with the birth date of nobody like them."""
    name, number = "Trần Thị Chờ Đợi", "001189000041"
    await _person(platform, db, name, number)
    about = About(full_name=name, birth="1951-11-27", document_number=number)
    what = Dose(disease="840539006", product="EU/1/20/1528", on=DOSE_DAY, place=SITE)
    (got,) = await records.receive(
        db, platform.means, "registry", [Delivery(id="w1", about=about, what=what)]
    )
    assert not got.attached
    held = Held(kind="cccd", number=number, assurance=1, known_at=platform.clock.now(), source="")
    (person_id,) = (await service.owned_by(db, platform.means, [held])).values()
    code, _ = await access.new_code(db, platform.means, person_id=person_id)
    return code


async def _passer_by(platform: Platform, db: Connection, at: int) -> str:
    """The paper code of somebody in the queue; no two have one name."""
    letters = "".join("ABCDEFGHIK"[int(digit)] for digit in f"{at:02d}")
    return await _person(platform, db, f"Nguyễn Văn {letters}", f"0010890010{at:02d}")


async def _person(
    platform: Platform, db: Connection, name: str, number: str, *, revoke: bool = False
) -> str:
    """The text of the paper code of a new person."""
    document = ShownDocument(kind="cccd", number=number, seen=True)
    claim = Claim(full_name=name, birth=BIRTH, sex="female", documents=(document,))
    made = await service.register(
        db, platform.means, claim, source="registrar", assurance=Assurance.SEEN
    )
    assert isinstance(made, Registered)
    person = await service.find(db, platform.means, made.qid)
    text = await issuing.issue(db, platform.means, person, form=Form.PAPER)
    if revoke:
        await ending.revoke(db, platform.means, made.qid, reason="test")
    return text
