"""Which column of a file is what: Vietnamese and English headers, a mapping, the template."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Final

from motma.identity.importing.errors import ColumnsMissing
from motma.kernel import names
from motma.kernel.errors import Malformed

#: Field → headers under which it comes. Compared without case, diacritics and punctuation.
HEADERS: Final[dict[str, tuple[str, ...]]] = {
    "qid": ("qid", "mã qr", "mã qid"),
    "full_name": ("full name", "name", "họ và tên", "họ tên", "tên", "họ và chữ đệm và tên"),
    "birth_date": (
        "birth date", "date of birth", "dob", "birth", "ngày sinh", "ngày tháng năm sinh",
        "năm sinh", "birth year",
    ),
    "sex": ("sex", "gender", "giới tính", "phái"),
    "nationality": ("nationality", "quốc tịch"),
    "cccd": (
        "cccd", "số cccd", "căn cước công dân", "số căn cước công dân", "căn cước", "số căn cước",
        "số định danh cá nhân", "mã định danh", "số định danh",
    ),
    "cmnd": ("cmnd", "số cmnd", "chứng minh nhân dân", "số chứng minh nhân dân"),
    "identity_number": ("cmnd/cccd", "cccd/cmnd", "số cmnd/cccd", "số giấy tờ", "id number"),
    "passport": ("passport", "passport number", "hộ chiếu", "số hộ chiếu"),
    "bhyt": (
        "bhyt", "số bhyt", "thẻ bhyt", "số thẻ bhyt", "mã thẻ bhyt", "bảo hiểm y tế", "số bhxh",
    ),
    "birth_certificate": ("birth certificate", "giấy khai sinh", "số giấy khai sinh"),
    "phone": ("phone", "mobile", "điện thoại", "số điện thoại", "sđt", "đt", "di động"),
    "phone_2": ("phone 2", "điện thoại 2", "số điện thoại 2", "sđt 2"),
    "commune_code": ("commune code", "ward code", "mã xã", "mã phường xã", "mã xã phường"),
    "commune_as_of": ("commune as of", "ngày mã xã", "mã xã tính đến ngày"),
    "address": ("address", "địa chỉ", "nơi ở", "địa chỉ thường trú", "nơi thường trú"),
    "guardian_document": (
        "guardian document", "guardian cccd", "cccd người giám hộ", "số cccd người giám hộ",
        "giấy tờ người giám hộ", "cccd cha mẹ", "cccd mẹ", "cccd cha", "cccd bố",
    ),
}  # fmt: skip

REQUIRED: Final = ("full_name", "birth_date")
_ORDER: Final = tuple(HEADERS)
_BY_HEADER: Final = {}

#: Three made-up people, as an example of every column.
_EXAMPLES: Final[tuple[dict[str, str], ...]] = (
    {
        "full_name": "Nguyễn Thị Mẫu", "birth_date": "18/01/1987", "sex": "Nữ",
        "nationality": "VNM", "cccd": "001187900001", "phone": "0590000001",
        "commune_code": "00004", "commune_as_of": "2025-07-01", "address": "Số 1, phố Mẫu",
    },
    {
        "full_name": "Trần Văn Thử", "birth_date": "1950", "sex": "Nam", "nationality": "VNM",
        "cmnd": "900000001", "bhyt": "HT3019000000001",
    },
    {
        "full_name": "Trần Thị Con", "birth_date": "2019-05-01", "sex": "Nữ", "nationality": "VNM",
        "birth_certificate": "900000001/2019/00004", "guardian_document": "001187900001",
    },
)  # fmt: skip


def _key(header: str) -> str:
    """A header without case, diacritics, spaces and punctuation."""
    plain = names.fold(header.replace("_", " ").replace("/", " "))
    digits = "".join(c for c in header if c.isdigit())
    return plain.replace(" ", "") + digits


_BY_HEADER.update(
    {_key(text): field for field, texts in HEADERS.items() for text in (field, *texts)}
)


def locate(header: Sequence[str], chosen: Mapping[str, str]) -> dict[str, int]:
    """Field → position; `chosen` (field → header) is what the caller says, before any guess.

    >>> locate(["Họ và tên", "Ngày sinh", "CMND/CCCD"], {})
    {'full_name': 0, 'birth_date': 1, 'identity_number': 2}
    """
    places: dict[str, int] = {}
    keys = [_key(text) for text in header]
    for field, text in chosen.items():
        if field not in HEADERS:
            raise Malformed("import.unknown-field", "map")
        if _key(text) not in keys:
            raise Malformed("import.unknown-header", "map")
        places[field] = keys.index(_key(text))
    taken = set(places.values())
    for place, key in enumerate(keys):
        field = _BY_HEADER.get(key, "")
        if field and field not in places and place not in taken:
            places[field] = place
    missing = [field for field in REQUIRED if field not in places]
    if missing:
        raise ColumnsMissing(missing)
    return places


def template() -> str:
    """A CSV file with every column and three made-up people; it imports as it stands."""
    text = io.StringIO()
    writer = csv.DictWriter(text, _ORDER, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(_EXAMPLES)
    return text.getvalue()
