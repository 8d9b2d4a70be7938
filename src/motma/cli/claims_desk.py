"""`motma claims why` and `file`: for a person at the desk, who has no phone."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
import typer

from motma.bootstrap import Platform
from motma.cli.readers import AsJson
from motma.cli.running import out, run
from motma.identity import service as identity
from motma.records.claims import service
from motma.records.claims.model import Claim, Expected, Statement
from motma.records.claims.service import Explained
from motma.web.claims import in_words

Day = Annotated[datetime, typer.Argument(formats=["%Y-%m-%d"], help="When it was given.")]
Kind = Annotated[Literal["dose", "test", "recovery"], typer.Argument()]


def why(qid: str, kind: Kind, day: Day, site: str, as_json: AsJson = False) -> None:
    """Say why a record that a person expects is not there: only which kind of field differs.

    Example: motma claims why 179182651409203417 dose 2026-10-26 "Trạm y tế Demo 1"
    """
    expected = Expected(type=kind, day=day.date(), site=site)

    async def work(platform: Platform) -> Explained:
        async with platform.transaction() as db:
            person = await identity.find(db, platform.means, qid)
            return await service.explain(db, platform.means, person.person_id, expected)

    found = run(work)
    vi, en = in_words(found)
    out(found, as_json=as_json, text=f"{vi} / {en}")


def file(
    qid: str,
    kind: Kind,
    day: Day,
    site: str,
    note: Annotated[str, typer.Option(help="In the person's words.")] = "",
    as_json: AsJson = False,
) -> None:
    """File a claim for a record that a person misses; prints person, claim and due day.

    Example: motma claims file 179182651409203417 dose 2026-10-26 "Trạm y tế Demo 1"
    """
    said = Statement(
        wish="missing", expected=Expected(type=kind, day=day.date(), site=site), note=note
    )

    async def work(platform: Platform) -> tuple[str, Claim]:
        async with platform.transaction() as db:
            person = await identity.find(db, platform.means, qid)
            claim = await service.file(db, platform.means, person.person_id, said)
        return str(person.person_id), claim

    person_id, claim = run(work)
    out(
        {"person_id": person_id, **msgspec.to_builtins(claim)},
        as_json=as_json,
        text=f"{person_id} {claim.claim_id} due {claim.due_on}",
    )
