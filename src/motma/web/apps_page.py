"""The public list of apps and their reports, to be read without any script."""

from datetime import datetime
from html import escape
from typing import Any, Final
from urllib.parse import quote
from uuid import UUID

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from motma.interop.conformance import profiles
from motma.interop.conformance.model import Outcome, Report, Requirement, Result
from motma.interop.errors import ReportUnknown
from motma.interop.listing import model, service
from motma.interop.listing.model import Listed, Standing, State
from motma.kernel.clock import CIVIL_ZONE
from motma.web import frame
from motma.web.calls import platform_of

WORDS: Final = {
    "vi": {
        "title": "Ứng dụng đạt chuẩn",
        "lead": "Mỗi ứng dụng được kiểm tra tự động theo các yêu cầu kỹ thuật. Không ai đưa "
        "ứng dụng vào danh sách bằng tay: chỉ có báo cáo đã ký.",
        "note": "Máy đọc: /v1/apps. Khoá kiểm chữ ký báo cáo: /v1/apps/reports/keys.",
        "search": "Tìm theo tên",
        "find": "Tìm",
        "app": "Ứng dụng",
        "profile": "Yêu cầu",
        "state": "Trạng thái",
        "evidence": "Bằng chứng",
        "report": "Báo cáo",
        "none": "Không có ứng dụng nào.",
        "since": "từ",
        "until": "bị gỡ khỏi danh sách sau",
        "why": "Vì sao",
        "fix": "Cách sửa",
        "signed": "Bản đã ký (JWS)",
        "back": "Danh sách",
    },
    "en": {
        "title": "Conforming apps",
        "lead": "Each app is tested automatically against the technical requirements. Nobody "
        "puts an app on this list by hand: only signed reports do.",
        "note": "For machines: /v1/apps. Keys of the signatures: /v1/apps/reports/keys.",
        "search": "Search by name",
        "find": "Search",
        "app": "App",
        "profile": "Requirements",
        "state": "State",
        "evidence": "Evidence",
        "report": "Report",
        "none": "There is no app.",
        "since": "since",
        "until": "leaves the list after",
        "why": "Why",
        "fix": "How to fix it",
        "signed": "As it was signed (JWS)",
        "back": "The list",
    },
}
STATES: Final = {
    State.LISTED: {"vi": "✓ Đạt", "en": "✓ Conforms"},
    State.FAILING: {"vi": "! Đang không đạt", "en": "! Fails at present"},
    State.DELISTED: {"vi": "✗ Đã bị gỡ", "en": "✗ Delisted"},
    State.NEVER: {"vi": "· Chưa đạt", "en": "· Does not conform yet"},
}
OUTCOMES: Final = {
    Outcome.PASSED: {"vi": "✓ Đạt", "en": "✓ Passed"},
    Outcome.FAILED: {"vi": "✗ Không đạt", "en": "✗ Failed"},
    Outcome.BLOCKED: {"vi": "· Chưa xét được", "en": "· Blocked"},
}


async def show(request: Request) -> Response:
    """The list, or what of it a word finds."""
    language = frame.language_of(request)
    wanted = request.query_params.get("q", "")[:80].strip()
    platform = platform_of(request)
    async with platform.pool.acquire() as db:
        found = await service.public(db, platform.clock)
    words = WORDS[language]
    shown = [one for one in found if _matches(one, wanted)]
    content = _search(words, wanted, language) + _table(words, shown, language)
    return _page(request, words, content)


async def show_report(request: Request) -> Response:
    """One report: every check with its outcome, and what to do about those that failed."""
    try:
        report_id = UUID(request.path_params["report_id"])
        async with platform_of(request).pool.acquire() as db:
            text = await service.report(db, report_id)
    except (ValueError, ReportUnknown):
        raise HTTPException(404) from None
    language = frame.language_of(request)
    content = msgspec.json.decode(model.body_of(text))
    report = msgspec.convert(content["report"], Report)
    return _page(request, WORDS[language], _report(content, report, language))


def _page(request: Request, words: dict[str, str], content: str) -> Response:
    return frame.page(request, "apps", words, markup={"content": content})


def _matches(one: Listed, wanted: str) -> bool:
    where = f"{one.name_vi} {one.name_en} {one.organisation}".casefold()
    return all(word in where for word in wanted.casefold().split())


def _search(words: dict[str, str], wanted: str, language: str) -> str:
    return (
        f'<form role="search" action="/apps/"><input type="hidden" name="lang" value="{language}">'
        f'<div class="field"><label for="q">{escape(words["search"])}</label>'
        f'<input id="q" name="q" type="search" value="{escape(wanted)}"></div>'
        f"<button>{escape(words['find'])}</button></form>"
    )


def _table(words: dict[str, str], found: list[Listed], language: str) -> str:
    if not found:
        return f'<p role="status">{escape(words["none"])}</p>'
    head = "".join(
        f'<th scope="col">{escape(words[name])}</th>'
        for name in ("app", "profile", "state", "evidence")
    )
    rows = "".join(
        _row(words, one, standing, language) for one in found for standing in one.profiles
    )
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    title = escape(words["title"])
    return f'<div class="scroll" role="region" aria-label="{title}" tabindex="0">{table}</div>'


def _row(words: dict[str, str], one: Listed, at: Standing, language: str) -> str:
    name = one.name_vi if language == "vi" else one.name_en
    until = f"; {escape(words['until'])} {_day(at.until)}" if at.until else ""
    link = f"/apps/reports/{quote(str(at.report_id))}?lang={language}"
    state = escape(STATES[at.state][language])
    return (
        f"<tr><td><strong><bdi>{escape(name)}</bdi></strong><br>"
        f"<bdi>{escape(one.organisation)}</bdi></td><td>{escape(at.profile)}</td>"
        f'<td><span class="{at.state.value}">{state}</span>'
        f"<br>{escape(words['since'])} {_day(at.since)}{until}</td>"
        f'<td><a href="{link}">{escape(words["report"])}'
        f'<span class="unseen"> {escape(name)}</span></a></td></tr>'
    )


def _report(content: dict[str, Any], report: Report, language: str) -> str:
    words = WORDS[language]
    made = datetime.fromisoformat(content["made_at"])
    texts = profiles.texts(report.profile)
    lines = [_line(one, texts.get(one.code), language) for one in report.results]
    head = f"<h2><bdi>{escape(report.app)}</bdi> · {escape(report.profile)} · {_day(made)}</h2>"
    signed = f"/v1/apps/reports/{quote(content['report_id'])}"
    foot = (
        f'<p><a href="{signed}">{escape(words["signed"])}</a> · '
        f'<a href="/apps/?lang={language}">{escape(words["back"])}</a></p>'
    )
    return f"{head}<ol>{''.join(lines)}</ol>{foot}"


def _line(one: Result, said: Requirement | None, language: str) -> str:
    """A check, its requirement and its outcome; of one that failed, what was found and helps."""
    outcome = escape(OUTCOMES[one.outcome][language])
    parts = [
        f'<span class="{one.outcome.value}">{outcome}</span> <code>{escape(one.code)}</code>',
        *([escape(said.vi if language == "vi" else said.en)] if said else []),
    ]
    if one.outcome is Outcome.FAILED:
        parts.append(escape(", ".join(one.findings)))
        if said:
            why, fix = (escape(getattr(said, f"{part}_{language}")) for part in ("why", "fix"))
            words = WORDS[language]
            parts += [f"{escape(words['why'])}: {why}", f"{escape(words['fix'])}: {fix}"]
    return f"<li>{'<br>'.join(parts)}</li>"


def _day(at: datetime) -> str:
    return f"{at.astimezone(CIVIL_ZONE):%d/%m/%Y}"
