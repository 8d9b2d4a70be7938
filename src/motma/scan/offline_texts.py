"""What a guard reads without the network, in Vietnamese and English."""

from datetime import timedelta
from typing import Any, Final

from motma.scan import texts

#: The card; `{vi}` and `{en}` are filled with a time or the name of a book.
CARD: Final[dict[str, tuple[str, str]]] = {
    "holds": ("{colour}, theo mã, đến {vi}", "{colour} by the code, until {en}"),
    "over": (
        "Màu trong mã đã hết hạn lúc {vi}: hãy hỏi",
        "The colour in the code ended at {en}: ask",
    ),
    "other-scheme": (
        "Mã mang màu theo quy định khác ({vi}), không dùng ở đây",
        "Issued under {en}, which does not apply here",
    ),
    "no-colour": ("Mã không mang màu: hãy hỏi", "The code carries no colour: ask"),
    "no-rule": ("Chưa có quy định ở nơi này", "No rule applies here"),
}

#: What only the network could tell; `{since}` is the snapshot's time.
NOT_KNOWN: Final[dict[str, tuple[str, str]]] = {
    "copy": (
        "Đây có thể là ảnh chụp mã của người khác: chỉ khi có mạng mới biết.",
        "It may be a picture of somebody's code: only the network could tell.",
    ),
    "later-ending": (
        "Mã có thể đã bị thu hồi sau {since}.",
        "The code may have been revoked after {since}.",
    ),
    "later-facts": (
        "Mũi tiêm, xét nghiệm và đính chính sau khi mã được ký chưa được tính.",
        "Doses, tests and corrections since the code was signed are not counted.",
    ),
    "register": (
        "Tên và ngày sinh là của mã, chưa được so với dữ liệu hiện tại.",
        "Name and birth are the code's own, not compared with the register.",
    ),
}

WARNINGS: Final[dict[str, tuple[str, str]]] = {
    "scan.snapshot-old": (
        "Dữ liệu ngoại tuyến đã cũ: hãy kết nối mạng khi có thể.",
        "The offline data are old: connect when you can.",
    ),
    "scan.snapshot-of-elsewhere": (
        "Dữ liệu ngoại tuyến là của tỉnh khác: thẻ ở đây luôn trung tính.",
        "The offline data are of another province: cards stay neutral here.",
    ),
}

#: How old the data are, and its units: minutes in one, how many of them at most, their names.
AGED: Final = ("dữ liệu ngoại tuyến cách đây {count} {unit}", "offline data of {count} {unit} ago")
UNITS: Final = ((1, 120, "phút", "minutes"), (60, 72, "giờ", "hours"), (1440, None, "ngày", "days"))


def aged(age: timedelta) -> dict[str, str]:
    """How long ago the data were taken, in the largest unit that says enough.

    >>> aged(timedelta(minutes=119))["en"], aged(timedelta(hours=50))["en"]
    ('offline data of 119 minutes ago', 'offline data of 50 hours ago')
    """
    minutes = int(age.total_seconds()) // 60
    size, vi, en = next(
        (size, vi, en) for size, most, vi, en in UNITS if most is None or minutes < size * most
    )
    count = minutes // size
    units = (vi, en[:-1] if count == 1 else en)  # one minute is one minute
    both = (said.format(count=count, unit=unit) for said, unit in zip(AGED, units, strict=True))
    return dict(zip(("vi", "en"), both, strict=True))


def published() -> dict[str, Any]:
    """All of it as snapshots carry it, so that a browser's gate says the same words."""
    return {
        "advice": {
            outcome: {"code": code, "text": texts.both((vi, en))}
            for outcome, (code, vi, en) in texts.ADVICE.items()
        },
        "card": {why: texts.both(said) for why, said in CARD.items()},
        "not_known": {code: texts.both(said) for code, said in NOT_KNOWN.items()},
        "warnings": {
            code: texts.both(said)
            for code, said in (texts.WARNINGS | WARNINGS).items()
            if code in WARNINGS or code.startswith("qr.")
        },
        "aged": texts.both(AGED),
        "units": [
            {"minutes": size, "most": most, **texts.both((vi, en))} for size, most, vi, en in UNITS
        ],
    }
