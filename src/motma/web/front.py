"""The front door: what this is, and where each person goes on from here; without any script."""

from functools import lru_cache
from html import escape
from string import Template
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from motma.web.files import STATIC

#: The page as the build left it, with `$` before each name that is filled in here.
_PAGE: Final = STATIC / "front/index.html"

#: Where each door leads; the words have the same keys.
DOORS: Final = {
    "wallet": "/wallet/",
    "scanner": "/wallet/#/scanner",
    "gate": "/reader/",
    "desk": "/desk/",
    "corrections": "/corrections/",
    "check": "/check/",
    "widget": "/widget/",
}

WORDS: Final = {
    "vi": {
        "title": "Một mã QR cho mỗi người",
        "lead": "Một mã QR cá nhân dùng chung cho mọi ứng dụng phòng, chống dịch. "
        "Ai quét cũng chỉ thấy điều vai trò của họ được phép, và bạn xem được ai đã quét.",
        "note": "Mở trên điện thoại, máy tính bảng hay máy tính. Không cần cài đặt gì.",
        "skip": "Tới nội dung chính",
        "languages": "Ngôn ngữ",
        "demo": "DEMO",
        "demo_note": "Bản dùng thử, dữ liệu giả",
    },
    "en": {
        "title": "One QR for each person",
        "lead": "One personal QR shared by every epidemic-prevention app. "
        "Whoever scans it sees only what their role may, and you can see who did.",
        "note": "Opens on a phone, a tablet or a computer. Nothing needs to be installed.",
        "skip": "To the main content",
        "languages": "Language",
        "demo": "DEMO",
        "demo_note": "A trial with made-up data",
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
        "widget": ("Cho người làm ứng dụng", "Nhúng mã QR cá nhân vào ứng dụng của bạn."),
    },
    "en": {
        "wallet": ("My code", "Show it, see your records and who scanned you; works off-line."),
        "scanner": ("Is this scanner genuine?", "Scan the code it shows to learn whose it is."),
        "gate": ("At the gate", "For guards: scan codes, also without a network."),
        "desk": ("At the registration desk", "For clerks: register, print cards, re-issue."),
        "corrections": ("Correct records", "For clerks: decide claims about doses and tests."),
        "check": ("Check a paper card", "For anybody: is this card still good? No sign-in."),
        "widget": ("For makers of apps", "Show the personal QR inside your own app."),
    },
}


async def front(request: Request) -> Response:
    """The page in the language that was chosen or that the browser asks for."""
    if not _PAGE.is_file():  # an installation without pages: only the API
        raise HTTPException(404)
    wanted = request.query_params.get("lang") or request.headers.get("accept-language", "")
    demo = request.app.state.platform.demo
    headers = {"vary": "Accept-Language", "cache-control": "no-cache"}
    return HTMLResponse(rendered(language_of(wanted), demo=demo), headers=headers)


def language_of(wanted: str) -> str:
    """Vietnamese, unless English is wished for and Vietnamese is not, or later.

    >>> [language_of(each) for each in ("", "en-GB,en;q=0.9", "en;q=0.4,vi", "vi,en", "fr")]
    ['vi', 'en', 'vi', 'vi', 'vi']
    """
    weights = {"vi": 0.0, "en": 0.0}
    for part in wanted.lower().split(","):
        name, _, weight = part.strip().partition(";q=")
        language = name[:2]
        if language in weights:
            weights[language] = max(weights[language], _number(weight))
    return "en" if weights["en"] > weights["vi"] else "vi"


def _number(weight: str) -> float:
    try:
        return float(weight or 1)
    except ValueError:
        return 0.0


@lru_cache(maxsize=4)
def rendered(language: str, *, demo: bool) -> str:
    """The page with its words."""
    words = {name: escape(text) for name, text in WORDS[language].items()}
    banner = f'<aside class="demo"><strong>{words["demo"]}</strong> {words["demo_note"]}</aside>'
    current = {each: 'aria-current="true"' if each == language else "" for each in WORDS}
    filled = words | current | {
        "language": language,
        "demo": banner if demo else "",
        "doors": "\n".join(_door(name, language) for name in DOORS),
    }  # fmt: skip
    return Template(_PAGE.read_text(encoding="utf-8")).substitute(filled)


def _door(name: str, language: str) -> str:
    title, what = map(escape, DOOR_WORDS[language][name])
    return f'<li><a href="{DOORS[name]}"><strong>{title}</strong> {what}</a></li>'
