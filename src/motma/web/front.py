"""The front door: what this is, and where each person goes on from here; without any script."""

from html import escape
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from motma.web import frame

#: Where each door leads; the words have the same keys.
DOORS: Final = {
    "wallet": "/wallet/",
    "scanner": "/wallet/#/scanner",
    "gate": "/reader/",
    "desk": "/desk/",
    "corrections": "/corrections/",
    "check": "/check/",
    "apps": "/apps/",
    "widget": "/widget/",
}

WORDS: Final = {
    "vi": {
        "title": "Một mã QR cho mỗi người",
        "lead": "Một mã QR cá nhân dùng chung cho mọi ứng dụng phòng, chống dịch. "
        "Ai quét cũng chỉ thấy điều vai trò của họ được phép, và bạn xem được ai đã quét.",
        "note": "Mở trên điện thoại, máy tính bảng hay máy tính. Không cần cài đặt gì.",
    },
    "en": {
        "title": "One QR for each person",
        "lead": "One personal QR shared by every epidemic-prevention app. "
        "Whoever scans it sees only what their role may, and you can see who did.",
        "note": "Opens on a phone, a tablet or a computer. Nothing needs to be installed.",
    },
}

DOOR_WORDS: Final = {
    "vi": {
        "wallet": ("Mã của tôi", "Hiện mã, xem bản ghi, xem ai đã quét; dùng được khi mất mạng."),
        "scanner": ("Máy quét này có thật không?", "Quét mã của máy ở cổng để biết đó là ai."),
        "gate": ("Ở cổng", "Cho người gác: quét mã, dùng được khi mất mạng."),
        "desk": ("Ở quầy đăng ký", "Cho cán bộ: đăng ký, in thẻ, mã kích hoạt, cấp lại."),
        "corrections": ("Sửa bản ghi", "Cho cán bộ: xét yêu cầu về mũi tiêm, xét nghiệm."),
        "check": (
            "Kiểm tra thẻ giấy",
            "Thẻ này còn giá trị không? Ai cũng hỏi được.",
        ),
        "apps": ("Ứng dụng đạt chuẩn", "Những ứng dụng đã kiểm tra, cùng bằng chứng."),
        "widget": ("Cho người làm ứng dụng", "Nhúng mã QR cá nhân vào ứng dụng của bạn."),
    },
    "en": {
        "wallet": ("My code", "Show it, see your records and who scanned you; works off-line."),
        "scanner": ("Is this scanner genuine?", "Scan the code it shows to learn whose it is."),
        "gate": ("At the gate", "For guards: scan codes, also without a network."),
        "desk": ("At the registration desk", "For clerks: register, print cards, re-issue."),
        "corrections": ("Correct records", "For clerks: decide claims about doses and tests."),
        "check": ("Check a paper card", "For anybody: is this card still good? No sign-in."),
        "apps": ("Conforming apps", "Which apps were tested, with the evidence."),
        "widget": ("For makers of apps", "Show the personal QR inside your own app."),
    },
}


async def front(request: Request) -> Response:
    """The page in the language that was chosen or that the browser asks for."""
    language = frame.language_of(request)
    doors = {"doors": _doors(language)}
    return frame.page(request, "front", WORDS[language], markup=doors, cache="no-cache")


def rendered(language: str, *, demo: bool) -> str:
    """The page with its words."""
    doors = {"doors": _doors(language)}
    return frame.rendered("front", language, WORDS[language], markup=doors, demo=demo)


def _doors(language: str) -> str:
    return "\n".join(_door(name, language) for name in DOORS)


def _door(name: str, language: str) -> str:
    title, what = map(escape, DOOR_WORDS[language][name])
    return f'<li><a href="{DOORS[name]}"><strong>{title}</strong> {what}</a></li>'
