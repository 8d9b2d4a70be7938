"""Deliveries as plain JSON lines and as rows of a table, beside FHIR."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

import msgspec

from motma.kernel.errors import Malformed
from motma.records.codes import plain as key_of
from motma.records.fhir import reading as fhir
from motma.records.model import About, Delivery, Dose, Recovery, Said, Test, What

_KINDS: Final[dict[str, type[What]]] = {"dose": Dose, "test": Test, "recovery": Recovery}
_OWN: Final = ("id", "version", "status", "type")
_COUNTS: Final = {"number", "of"}

#: Headers under which a field may come too. Compared without case, diacritics and punctuation.
_ALSO: Final[dict[str, tuple[str, ...]]] = {
    "id": ("record id", "source id", "mã hồ sơ", "mã mũi tiêm", "mã xét nghiệm", "số phiếu"),
    "version": ("phiên bản",),
    "status": ("trạng thái",),
    "type": ("loại", "loại hồ sơ"),
    "disease": ("bệnh",),
    "product": ("vaccine", "vắc xin", "tên vắc xin", "loại vắc xin"),
    "on": ("date", "ngày tiêm"),
    "lot": ("số lô", "lô"),
    "number": ("dose number", "mũi", "mũi số"),
    "of": ("doses", "tổng số mũi"),
    "place": ("nơi tiêm", "cơ sở tiêm"),
    "performer": ("người tiêm",),
    "kind": ("test kind", "phương pháp", "loại xét nghiệm"),
    "at": ("sample time", "thời điểm lấy mẫu", "giờ lấy mẫu"),
    "result": ("kết quả",),
    "reported_at": ("result time", "thời điểm trả kết quả"),
    "device": ("thiết bị", "sinh phẩm"),
    "lab": ("phòng xét nghiệm", "nơi xét nghiệm"),
    "first_positive": ("ngày dương tính", "ngày dương tính đầu tiên"),
    "ended": ("ngày hết cách ly", "ngày khỏi"),
    "certified": ("ngày cấp giấy",),
    "certificate": ("số giấy",),
    "issuer": ("nơi cấp",),
    "full_name": ("name", "họ và tên", "họ tên", "tên"),
    "birth": ("birth date", "dob", "ngày sinh", "năm sinh", "ngày tháng năm sinh"),
    "sex": ("gender", "giới tính"),
    "document_number": ("cccd", "cmnd", "cmnd/cccd", "số cccd", "số giấy tờ"),
    "bhyt": ("số bhyt", "mã thẻ bhyt", "thẻ bhyt"),
    "phone": ("điện thoại", "số điện thoại", "sđt"),
    "commune_code": ("mã xã", "mã phường xã"),
    "commune_as_of": ("ngày mã xã",),
}

#: Every column, in the order in which we write them.
COLUMNS: Final = tuple(_ALSO)
_BY_HEADER: Final = {key_of(text): name for name, also in _ALSO.items() for text in (name, *also)}

_decoder: Final = msgspec.json.Decoder(Delivery)
_peek: Final = msgspec.json.Decoder(dict[str, Any])


def read_line(line: bytes) -> list[Delivery | Malformed]:
    """What a line delivers: a delivery in JSON, or a FHIR resource or Bundle."""
    try:
        return [_decoder.decode(line)]
    except msgspec.ValidationError as error:
        try:
            resource = _peek.decode(line)
        except (msgspec.DecodeError, RecursionError):
            raise Malformed("records.json") from None
        if "resourceType" in resource:
            return list(fhir.read_value(resource))
        raise Malformed("records.json", _place(str(error))) from None
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise Malformed("records.json") from None


def locate(header: Sequence[str]) -> dict[str, int]:
    """Field → position, by any of its headers; the first of several wins.

    >>> locate(["Họ và tên", "Số lô", "Mũi số"])
    {'full_name': 0, 'lot': 1, 'number': 2}
    """
    places: dict[str, int] = {}
    for place, text in enumerate(header):
        name = _BY_HEADER.get(key_of(text))
        if name is not None:
            places.setdefault(name, place)
    return places


def require(places: Mapping[str, int]) -> None:
    """Refuse a table that can hold no record: without ids a repeat would be another record."""
    if "id" not in places:
        raise Malformed("records.column-missing", "id")
    if not places.keys() & {"on", "at", "first_positive", "ended", "certified"}:
        raise Malformed("records.column-missing", "on")


def read_row(places: Mapping[str, int], cells: Sequence[str]) -> Delivery | Malformed:
    """What a row delivers; its kind is said, or told by which columns are filled."""
    texts = {name: cells[place].strip() for name, place in places.items() if place < len(cells)}
    texts = {name: text for name, text in texts.items() if text}
    kind = texts.get("type") or _kind(texts)
    if kind not in _KINDS:
        return Malformed("records.type", "type")
    try:
        return Delivery(
            id=texts.get("id", ""),
            version=_number(texts.get("version", "1"), "version"),
            status=_status(texts.get("status", "final")),
            about=About(**{n: texts[n] for n in About.__struct_fields__ if n in texts}),
            what=_what(_KINDS[kind], texts),
        )
    except Malformed as bad:
        return bad


def cells_of(delivery: Delivery) -> list[str]:
    """The row that says the same, column by column."""
    said = msgspec.to_builtins(delivery)
    values = {**said.pop("about", {}), **said.pop("what"), **said}
    return [str(values.get(name, "")) for name in COLUMNS]


def _kind(texts: Mapping[str, str]) -> str:
    if "on" in texts or "product" in texts:
        return "dose"
    return "test" if "at" in texts or "result" in texts else "recovery"


def _what(kind: type[What], texts: Mapping[str, str]) -> What:
    values: dict[str, Any] = {}
    for name in kind.__struct_fields__:
        if name in texts:
            values[name] = _number(texts[name], name) if name in _COUNTS else texts[name]
    missing = [name for name in _required(kind) if name not in values]
    if missing:
        raise Malformed("records.value-missing", missing[0])
    return kind(**values)


def _required(kind: type[What]) -> tuple[str, ...]:
    names, defaults = kind.__struct_fields__, kind.__struct_defaults__
    return tuple(
        name
        for name, default in zip(
            names, (*[msgspec.NODEFAULT] * (len(names) - len(defaults)), *defaults), strict=True
        )
        if default is msgspec.NODEFAULT
    )


def _status(text: str) -> Said:
    if text not in {"final", "not-done", "entered-in-error"}:
        raise Malformed("records.status", "status")
    return cast("Said", text)


def _number(text: str, field: str) -> int:
    """A whole number; a spreadsheet may have given it a fraction of nothing."""
    digits = text.removesuffix(".0")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 19):  # noqa: PLR2004 - 2^63
        raise Malformed("records.number", field)
    return int(digits)


def _place(message: str) -> str | None:
    """Where in the line the fault is: the path only, the message may quote the content."""
    return message.rpartition("at `$.")[2].rstrip("`") if "at `$." in message else None
