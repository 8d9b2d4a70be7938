"""Sentences of a verdict in Vietnamese and English, with real dates in them."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from motma.rules.books.compiling import CompiledBook, filled
from motma.rules.books.model import Condition, Rule, Text
from motma.rules.books.searching import Found

__all__ = ["answer", "conclusion", "filled", "headline", "missed", "reads", "values"]

_STEP: Final = timedelta(milliseconds=1)
_NOT_IN_FORCE: Final = Text(
    vi="bộ quy tắc không có hiệu lực vào lúc này", en="the rule book is not in force at this time"
)


def reads(value: object) -> str:
    """A day, a moment or any other value as people write it.

    >>> reads("2021-09-03"), reads("2021-10-07T09:30:00.000Z"), reads(None)
    ('3/9/2021', '9:30 7/10/2021', '–')
    """
    if isinstance(value, datetime):
        day = f"{value.day}/{value.month}/{value.year}"
        midnight = value.hour == value.minute == value.second == 0
        return day if midnight else f"{value.hour}:{value.minute:02d} {day}"
    if isinstance(value, str):
        try:
            return reads(datetime.fromisoformat(value).replace(tzinfo=UTC))
        except ValueError:
            return value
    return "–" if value is None else str(value)


def values(terms: object, *, begins: datetime | None, ends: datetime | None) -> Mapping[str, str]:
    """What may stand in the braces of a condition's text."""
    known = {name: reads(value) for name, value in terms.items()} if isinstance(terms, dict) else {}
    last = None if ends is None else (ends - _STEP).date()
    day = None if last is None else f"{last.day}/{last.month}/{last.year}"
    return {**known, "from": reads(begins), "until": reads(ends), "last": day or "–"}


def answer(
    condition: Condition, *, holds: bool, since: datetime | None, until: datetime | None
) -> Text:
    """The sentence that fits: it holds, will hold, held once, or is not there."""
    if holds:
        return condition.holds
    if until is not None and condition.later is not None:
        return condition.later
    if since is not None and condition.over is not None:
        return condition.over
    return condition.lacks


def conclusion(book: CompiledBook, found: Found) -> Text:
    """Colour and rule in a few words."""
    label = book.label(found.colour)
    if found.rule is not None:
        why = found.rule.text
    elif found.colour == book.book.otherwise:
        why = book.book.otherwise_text
    else:
        why = _NOT_IN_FORCE
    return Text(vi=f"{label.vi}: {why.vi}", en=f"{label.en}: {why.en}")


def headline(
    book: CompiledBook, found: Found, *, until: datetime | None, after: Text | None
) -> Text:
    """The first line: “green: …; until …, when …”."""
    here = conclusion(book, found)
    if until is None or after is None:
        return here
    return Text(
        vi=f"{here.vi}; đến {_end(until, 'hết ngày')}, khi đó {_small(after.vi)}",
        en=f"{here.en}; until {_end(until, 'the end of')}, when {_small(after.en)}",
    )


def missed(book: CompiledBook, rule: Rule) -> Text:
    """The line over the conditions of a better rule that does not hold."""
    label = book.label(rule.colour)
    return Text(
        vi=f"Chưa được {_small(label.vi)} ({rule.text.vi}):",
        en=f"Not {_small(label.en)} ({rule.text.en}):",
    )


def _end(until: datetime, whole_day: str) -> str:
    """The end of a period; one that ends at midnight lasts to the end of the day before."""
    if (until.hour, until.minute, until.second) == (0, 0, 0):
        return f"{whole_day} {reads(until - timedelta(days=1))}"
    return reads(until)


def _small(sentence: str) -> str:
    """The sentence inside another one."""
    return sentence[:1].lower() + sentence[1:]
