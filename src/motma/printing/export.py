"""Everything that is held of a person → pages to read: sections, items, labelled lines.

The sections come as the JSON export has them; nothing is left out and nothing is added. What has
no words here yet stands under its own name.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import Any, Final

import msgspec

from motma.printing import lettering, model

TITLE: Final = "Dữ liệu của tôi"
#: Mappings in mappings; deeper ones stand as one text.
_DEEPEST: Final = 4
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d.*(Z|[+-]\d\d:\d\d)")
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")
_NOTHING: Final = "–"

Pair = tuple[str, str]


class _Words(msgspec.Struct, frozen=True):
    """Vietnamese and English by the names that the JSON has."""

    sections: dict[str, Pair]
    fields: dict[str, Pair]
    values: dict[str, Pair]


def part(sections: Mapping[str, Sequence[Any]], *, made_at: datetime) -> dict[str, Any]:
    """The pages of an export, in the order of its sections; empty ones say so."""
    return {
        "kind": "export",
        "export": {
            "made": model.civil(made_at),
            "sections": [
                {
                    "heading": _label(_words().sections, name),
                    "items": [list(_lines(row)) for row in rows],
                }
                for name, rows in sections.items()
            ],
        },
    }


def _lines(value: Any, depth: int = 0) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - any JSON
    """A row as labelled lines; what is in it stands below it, indented."""
    if not isinstance(value, dict) or depth > _DEEPEST:
        yield _line(depth, ("", ""), _text(value))
        return
    for name, inner in value.items():
        label = _label(_words().fields, str(name))
        within = _within(inner)
        if within is None:
            yield _line(depth, label, _text(inner))
            continue
        for number, one in enumerate(within, 1):
            shown = label if len(within) == 1 else (f"{label[0]} {number}", f"{label[1]} {number}")
            yield _line(depth, shown, _text(one["value"]) if "value" in one else "")
            yield from _lines({k: v for k, v in one.items() if k != "value"}, depth + 1)


def _within(value: Any) -> Sequence[Mapping[str, Any]] | None:  # noqa: ANN401 - any JSON
    """The mappings that stand below a line; None for what the line itself can say."""
    if isinstance(value, dict) and value.keys() != {"vi", "en"} and value:
        return [value]
    if isinstance(value, list) and value and all(isinstance(one, dict) for one in value):
        return value
    return None


def _line(depth: int, label: Pair, text: str) -> dict[str, Any]:
    return {"depth": depth, "label": label, "text": text}


def _text(value: Any) -> str:  # noqa: ANN401 - any JSON
    """A value in words.

    >>> _text("2026-11-25T04:36:00Z"), _text("2026-11-25"), _text(None), _text(["a", "b"])
    ('25/11/2026 11:36', '25/11/2026', '–', 'a, b')
    >>> _text(False), _text({"vi": "Đã đăng ký.", "en": "You were registered."})
    ('không / no', 'Đã đăng ký. / You were registered.')
    """
    if value is None or value in ("", [], {}):
        return _NOTHING
    if isinstance(value, list):
        return ", ".join(_text(one) for one in value)
    if isinstance(value, dict):
        return " / ".join(_text(one) for one in value.values())
    text = str(value).lower() if isinstance(value, bool) else str(value)
    if text in _words().values:
        return " / ".join(_words().values[text])
    return lettering.printable(_dated(text))


def _dated(text: str) -> str:
    """Moments and days as people write them; anything else as it is."""
    try:
        if _MOMENT.fullmatch(text):
            return model.civil(datetime.fromisoformat(text))
        if _DAY.fullmatch(text):
            return f"{date.fromisoformat(text):%d/%m/%Y}"
    except ValueError:
        return text
    return text


def _label(known: Mapping[str, Pair], name: str) -> Pair:
    """The words for a name; its own where it has none.

    >>> _label({}, "made_up")
    ('', 'made up')
    """
    return known.get(name, ("", lettering.printable(name.replace("_", " "))))


@cache
def _words() -> _Words:
    found = (files("motma.printing") / "export.json").read_bytes()
    return msgspec.json.decode(found, type=_Words)
