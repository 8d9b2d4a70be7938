"""`motma rules explain`, `shipped` and `check`: what a rule book says of facts, and of itself."""

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import typer

from motma.cli.running import decline, out
from motma.kernel.clock import CIVIL_ZONE, SystemClock
from motma.kernel.errors import Declined, Malformed
from motma.rules import facts as facts_of
from motma.rules.books.choosing import choose
from motma.rules.books.comparing import worse_off
from motma.rules.books.compiling import CompiledBook
from motma.rules.books.judging import Reason, Verdict, judge
from motma.rules.books.model import Text
from motma.rules.books.reading import read
from motma.rules.books.shipped import shipped
from motma.rules.books.wording import reads

Language = Literal["vi", "en"]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object.")]

#: More is no book and no history of a person.
_LONGEST: Final = 4 * 2**20


def explain(
    facts: Annotated[str, typer.Argument(help="A file of facts as JSON; - reads standard input.")],
    book: Annotated[
        str | None, typer.Option(help="A book's file, or the id of a shipped one.")
    ] = None,
    province: Annotated[str | None, typer.Option(help="Two digits; chooses the book.")] = None,
    commune: Annotated[str | None, typer.Option(help="Five digits.")] = None,
    place_kind: Annotated[str | None, typer.Option(help="For instance school or market.")] = None,
    activity: Annotated[str | None, typer.Option(help="For instance shipper.")] = None,
    at: Annotated[
        str | None, typer.Option(help="A day or a moment with offset; now if left out.")
    ] = None,
    language: Annotated[Language, typer.Option("--lang", help="vi or en")] = "vi",
    as_json: AsJson = False,
) -> None:
    """Say which colour a book gives for facts, why, until when, and what would improve it.

    Example: motma rules explain facts.json --province 56 --at 2021-10-09 --lang en
    """
    try:
        known = facts_of.read(_text(facts))
        moment = _moment(at)
        if book is not None:
            chosen = _book(book)
        else:
            chosen = choose(
                shipped(),
                province=province,
                commune=commune,
                place_kind=place_kind,
                activity=activity,
                at=moment,
            )
        verdict = judge(chosen, known, moment)
    except Declined as declined:
        decline(declined)
    out(as_data(verdict), as_json=as_json, text="\n".join(_drawn(chosen, verdict, language)))


def show(book: Annotated[str, typer.Argument(help="The id of a shipped book.")]) -> None:
    """Print a shipped book as JSON: what to begin a book of one's own with.

    Example: motma rules show khanh-hoa-2021-10-07 > book.json
    """
    try:
        found = _book(book)
    except Declined as declined:
        decline(declined)
    typer.echo(json.dumps(json.loads(found.write()), ensure_ascii=False, indent=2))


def list_shipped(as_json: AsJson = False) -> None:
    """List the books that come with the platform: number, id, period and title."""
    rows = [
        {
            "number": book.number,
            "id": book.id,
            "from": book.book.valid.from_,
            "until": book.book.valid.until,
            "title": {"vi": book.book.title.vi, "en": book.book.title.en},
        }
        for book in shipped()
    ]
    lines = [
        f"{row['number']:>4}  {row['id']!s:24} {_day(row['from']):>10} – {_day(row['until']):10}"
        f"  {book.book.title.vi}"
        for row, book in zip(rows, shipped(), strict=True)
    ]
    out(rows, as_json=as_json, text="\n".join(lines))


def _day(day: object) -> str:
    """A day of a list; nothing when the period is open."""
    return "" if day is None else str(day)


def check(
    book: Annotated[str, typer.Argument(help="A book's file, or the id of a shipped one.")],
    at: Annotated[
        str | None, typer.Option(help="A day inside its period; its first if left out.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check a book: its form, its own cases, and that no dose or negative test does harm.

    Leaves with 5 when somebody would be worse off for one more dose or a newer negative test.
    """
    try:
        compiled = _book(book)
        first = compiled.book.valid.from_
        moment = _moment(at or (first.isoformat() if first else None))
    except Declined as declined:
        decline(declined)
    found = list(worse_off(compiled, moment))
    cases = len(compiled.book.cases)
    shown = [
        {
            "added": case.added,
            "at": case.at,
            "from": case.colour_before,
            "to": case.colour_after,
            "facts": case.before,
            "more": case.after,
        }
        for case in found[:3]
    ]
    result = {"book": compiled.id, "cases": cases, "worse_off": len(found), "examples": shown}
    text = f"{compiled.id}: {cases} cases come out as they say; worse off: {len(found)}"
    out(result, as_json=as_json, text="\n".join([text, *map(str, shown)]))
    if found:
        raise typer.Exit(5)


def as_data(verdict: Verdict) -> dict[str, Any]:
    """The verdict as JSON, both languages in it."""
    return {
        "book": verdict.book_id,
        "version": verdict.version,
        "scheme": verdict.number,
        "at": verdict.at,
        "colour": verdict.colour,
        "label": _both(verdict.label),
        "valid_until": verdict.valid_until,
        "reasons": _reason(verdict.reasons),
        "improvements": [
            {"remedy": i.remedy, "colour": i.colour, "at": i.at, "text": _both(i.text)}
            for i in verdict.improvements
        ],
    }


def _reason(reason: Reason) -> dict[str, Any]:
    return {
        "text": _both(reason.text),
        "holds": reason.holds,
        "since": reason.since,
        "until": reason.until,
        "parts": [_reason(part) for part in reason.parts],
    }


def _both(text: Text) -> dict[str, str]:
    return {"vi": text.vi, "en": text.en}


def _drawn(book: CompiledBook, verdict: Verdict, language: Language) -> Iterator[str]:
    """The verdict as a tree of lines."""
    title: str = getattr(book.book.title, language)
    yield f"{title} ({book.id}, {book.number:04d})"
    yield getattr(verdict.reasons.text, language)
    yield from branches(verdict.reasons.parts, language, "")
    for better in verdict.improvements:
        yield f"→ {getattr(better.text, language)}"
    if verdict.valid_until is not None:
        local = verdict.valid_until.astimezone(CIVIL_ZONE)
        says = {"vi": "Đổi màu lúc", "en": "Changes at"}[language]
        yield f"{says} {reads(local)} ({verdict.valid_until.isoformat()})"


def branches(parts: tuple[Reason, ...], language: Language, margin: str) -> Iterator[str]:
    """The lines below one line."""
    for part in parts:
        last = part is parts[-1]
        mark = "✓" if part.holds else "✗"
        yield f"{margin}{'└─' if last else '├─'} {mark} {getattr(part.text, language)}"
        yield from branches(part.parts, language, margin + ("   " if last else "│  "))


def _book(name: str) -> CompiledBook:
    """A shipped book by its id, or a book from a file."""
    for book in shipped():
        if book.id == name:
            return book
    return read(_text(name))


def _text(name: str) -> bytes:
    """A file's bytes, or standard input's."""
    try:
        text = sys.stdin.buffer.read(_LONGEST + 1) if name == "-" else Path(name).read_bytes()
    except OSError:
        raise Malformed("rules.file-not-readable") from None
    if len(text) > _LONGEST:
        raise Malformed("rules.file-too-large")
    return text


def _moment(at: str | None) -> datetime:
    """The moment asked for; a day means its first moment in Vietnam."""
    if at is None:
        return SystemClock().now()
    try:
        found = datetime.fromisoformat(at)
    except ValueError:
        raise Malformed("rules.moment", "at") from None
    if len(at) == len("YYYY-MM-DD"):
        return datetime.combine(found.date(), time(), CIVIL_ZONE).astimezone(UTC)
    if found.tzinfo is None:
        raise Malformed("rules.moment", "at")
    return found.astimezone(UTC)
