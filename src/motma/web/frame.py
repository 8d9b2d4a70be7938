"""What pages without a script have around them: language, skip link, whether it is a demo."""

from collections.abc import Mapping
from functools import lru_cache
from html import escape
from pathlib import Path
from string import Template
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from motma.web.files import STATIC

WORDS: Final = {
    "vi": {
        "skip": "Tới nội dung chính",
        "languages": "Ngôn ngữ",
        "demo": "DEMO",
        "demo_note": "Bản dùng thử, dữ liệu giả",
    },
    "en": {
        "skip": "To the main content",
        "languages": "Language",
        "demo": "DEMO",
        "demo_note": "A trial with made-up data",
    },
}


def language_of(request: Request) -> str:
    """The language that was chosen, or that the browser asks for."""
    return preferred(request.query_params.get("lang") or request.headers.get("accept-language", ""))


def preferred(wanted: str) -> str:
    """Vietnamese, unless English is wished for and Vietnamese is not, or later.

    >>> [preferred(each) for each in ("", "en-GB,en;q=0.9", "en;q=0.4,vi", "vi,en", "fr")]
    ['vi', 'en', 'vi', 'vi', 'vi']
    """
    weights = {"vi": 0.0, "en": 0.0}
    for part in wanted.lower().split(","):
        name, _, weight = part.strip().partition(";q=")
        language = name[:2]
        if language in weights:
            weights[language] = max(weights[language], _number(weight))
    return "en" if weights["en"] > weights["vi"] else "vi"


def page(
    request: Request,
    name: str,
    words: Mapping[str, str],
    *,
    markup: Mapping[str, str] | None = None,
    status: int = 200,
    cache: str = "no-store",
) -> Response:
    """A built page, filled in for whoever asks."""
    demo = request.app.state.platform.demo
    text = rendered(name, language_of(request), words, markup=markup or {}, demo=demo)
    headers = {"vary": "Accept-Language", "cache-control": cache}
    return HTMLResponse(text, status, headers)


def rendered(
    name: str, language: str, words: Mapping[str, str], *, markup: Mapping[str, str], demo: bool
) -> str:
    """A built page with its words, which are escaped, and markup that was made here."""
    filled = {one: escape(text) for one, text in (WORDS[language] | dict(words)).items()}
    banner = f'<aside class="demo"><strong>{filled["demo"]}</strong> {filled["demo_note"]}</aside>'
    filled |= {each: 'aria-current="true"' if each == language else "" for each in WORDS}
    filled |= {"language": language, "demo": banner if demo else ""} | dict(markup)
    return _template(STATIC / name / "index.html").substitute(filled)


@lru_cache(maxsize=8)
def _template(path: Path) -> Template:
    """The page as the build left it, with `$` before each name that is filled in."""
    if not path.is_file():  # an installation without pages: only the API
        raise HTTPException(404)
    return Template(path.read_text(encoding="utf-8"))


def _number(weight: str) -> float:
    try:
        return float(weight or 1)
    except ValueError:
        return 0.0
