"""`motma scan`: scan a text as one of the demo's readers."""

import sys
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer

from motma.access import queries
from motma.access.errors import Forbidden
from motma.access.policy import current
from motma.access.tokens import Claims
from motma.bootstrap import Platform
from motma.cli.demonstration import demo_claims
from motma.cli.running import out, run
from motma.cli.scan_offline import scan_offline
from motma.kernel.clock import CIVIL_ZONE
from motma.kernel.errors import Malformed
from motma.kernel.ids import uuid7
from motma.scan import service
from motma.scan.answering import Answer
from motma.scan.model import Ask
from motma.scan.offline import Place
from motma.web.app import gate_of


def scan(
    text: Annotated[str, typer.Argument(help="The text of any QR; - reads standard input.")],
    as_reader: Annotated[
        str | None, typer.Option("--as", help="A demo reader, e.g. guard@demo.")
    ] = None,
    purpose: Annotated[
        str | None, typer.Option(help="The role's first purpose if left out.")
    ] = None,
    place: Annotated[str | None, typer.Option(help="Name of one of the reader's places.")] = None,
    case: Annotated[str | None, typer.Option(help="Case number, for tracers.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The whole answer.")] = False,
    offline: Annotated[
        Path | None, typer.Option(help="A snapshot's file or folder: no network.")
    ] = None,
    keys: Annotated[
        Path | None, typer.Option(help="Offline: keys to trust from now on (a JWK set).")
    ] = None,
    province: Annotated[str | None, typer.Option(help="Offline: where the gate is.")] = None,
    commune: Annotated[str | None, typer.Option(help="Offline: where the gate is.")] = None,
    place_kind: Annotated[str | None, typer.Option(help="Offline: e.g. school.")] = None,
    activity: Annotated[str | None, typer.Option(help="Offline: e.g. shipper.")] = None,
    at: Annotated[str | None, typer.Option(help="Offline: as of this moment.")] = None,
) -> None:
    """Scan a text as a reader of the demo would; the scan is logged like any other.

    With --offline nothing is logged and nobody is looked up: signature, snapshot and the code's
    card slot decide, and the answer says what could not be known.

    Example: motma scan "$(motma qr draw 179182651409203417 -o card.svg)" --as guard@demo
    """
    code = sys.stdin.read().strip("\r\n") if text == "-" else text
    if offline is not None:
        gate = Place(province=province, commune=commune, kind=place_kind, activity=activity)
        scan_offline(code, offline, keys=keys, place=gate, at=at, as_json=as_json)
        return
    if as_reader is None:
        raise typer.BadParameter("say who scans: --as guard@demo, or --offline FILE")

    async def work(platform: Platform) -> Answer:
        claims = await demo_claims(platform, as_reader)
        ask = await _ask(platform, claims, code, purpose=purpose, case=case, place=place)
        answer, _ = await service.scan(gate_of(platform), claims, ask)
        return answer

    answer = run(work)
    out(answer, as_json=as_json, text=_for_people(answer))


async def _ask(
    platform: Platform,
    claims: Claims,
    code: str,
    *,
    purpose: str | None,
    case: str | None,
    place: str | None,
) -> Ask:
    """A scan at the named place, else at the first where the role sees anybody for the purpose."""
    role, organisation = claims.role or "", claims.organisation or UUID(int=0)
    able = current().purposes_of(role)
    if not able:
        raise Forbidden
    chosen = purpose or able[0]
    async with platform.pool.acquire() as db:
        places = await queries.places_of(db, organisation)
    for one in places:
        if place in {None, one.name} and (role, chosen, one.kind) in current().views:
            scan_id = uuid7(platform.clock.now(), platform.random)
            return Ask(
                scan_id=scan_id, code=code, checkpoint=one.place_id, purpose=chosen, case=case
            )
    raise Malformed("scan.no-place", "purpose")


def _for_people(answer: Answer) -> str:
    shown: dict[str, Any] = answer.who or {}
    lines = [f"{answer.outcome}: {answer.advice['text']['en']}"]
    lines += [f"  {name}: {value}" for name, value in sorted(shown.items())]
    if answer.card:
        until = answer.card.valid_until
        end = f" until {until.astimezone(CIVIL_ZONE):%H:%M %d/%m/%Y}" if until else ""
        lines.append(f"  card: {answer.card.text.en}{end} ({answer.card.book.title.en})")
    if answer.records:
        lines += [f"  dose: {d.on} {d.product} {d.number}/{d.of}" for d in answer.records.doses]
        lines += [f"  test: {t.at} {t.kind} {t.result}" for t in answer.records.tests]
    lines += [f"  ! {w['code']}: {w['text']['en']}" for w in answer.warnings]
    return "\n".join(lines)
