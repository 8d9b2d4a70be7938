"""Problem documents (RFC 9457): one table turns kinds into statuses."""

from collections.abc import Mapping
from typing import Final

import msgspec
import structlog
from starlette.requests import Request
from starlette.responses import Response

from motma.access.errors import TooMany
from motma.kernel.errors import Declined, Kind, Malformed, where_raised
from motma.web.headers import TOLD

STATUS: Final[dict[Kind, int]] = {
    Kind.MALFORMED: 400,
    Kind.UNAUTHENTICATED: 401,
    Kind.FORBIDDEN: 403,
    Kind.UNKNOWN: 404,
    Kind.REFUSED: 409,
    Kind.BUSY: 429,
    Kind.UNAVAILABLE: 503,
}
#: What a person should do, by kind: vi, en.
TEXT: Final[dict[Kind, tuple[str, str]]] = {
    Kind.MALFORMED: ("Dữ liệu gửi lên không đúng dạng.", "The request is not well formed."),
    Kind.UNAUTHENTICATED: ("Cần đăng nhập lại trên máy này.", "Sign in again on this device."),
    Kind.FORBIDDEN: ("Vai trò của bạn không được làm việc này.", "Your role may not do this."),
    Kind.UNKNOWN: ("Không tìm thấy.", "Not found."),
    Kind.REFUSED: ("Không thực hiện được như yêu cầu.", "This can't be done as asked."),
    Kind.BUSY: ("Quá nhiều yêu cầu; thử lại sau.", "Too many requests; try again later."),
    Kind.UNAVAILABLE: (
        "Nền tảng tạm thời không trả lời; gửi lại y như cũ.",
        "The platform can't answer now; send the same again.",
    ),
}

_LONGEST_HEADER: Final = 500

_log = structlog.get_logger("motma.web")


def of(declined: Declined, request: Request) -> Response:
    """The problem document of a declined call."""
    code = declined.reason if isinstance(declined, Malformed) else declined.code
    status = STATUS[declined.kind]
    facts = {name: value for name, value in declined.facts().items() if name != "reason"}
    headers = dict(request.scope.get(TOLD, {}))
    if isinstance(declined, TooMany):
        headers["RateLimit"] = f'"limit";r=0;t={declined.retry_after_s}'
        headers["Retry-After"] = str(declined.retry_after_s)
    if status == STATUS[Kind.UNAUTHENTICATED]:
        headers["WWW-Authenticate"] = 'DPoP algs="ES256"'
    if status == STATUS[Kind.UNAVAILABLE]:
        headers["Retry-After"] = "1"
    return document(request, status=status, code=code, text=TEXT[declined.kind],
                    facts=facts, headers=headers)  # fmt: skip


def document(
    request: Request,
    *,
    status: int,
    code: str,
    text: tuple[str, str],
    facts: Mapping[str, object] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A problem document in the caller's language, Vietnamese unless English is preferred."""
    english = prefers_english(request.headers.get("accept-language", ""))
    body = {
        "type": f"/problems/{code}",
        "title": text[1] if english else text[0],
        "status": status,
        "code": code,
        **(facts or {}),
    }
    return Response(
        msgspec.json.encode(body),
        status,
        headers=dict(headers or {}),
        media_type="application/problem+json",
    )


def prefers_english(accepted: str) -> bool:
    """Whether an Accept-Language header wants English more than Vietnamese (RFC 9110 §12.5.4).

    >>> prefers_english("fr, en;q=0.8"), prefers_english("vi, en;q=0.9"), prefers_english("")
    (True, False, False)
    """
    wanted: dict[str, float] = {}
    for part in accepted[:_LONGEST_HEADER].lower().split(","):
        tag, _, parameter = part.strip().partition(";")
        weight = _weight(parameter.strip())
        language = tag.strip().partition("-")[0]
        wanted[language] = max(weight, wanted.get(language, 0.0))
    return wanted.get("en", 0.0) > wanted.get("vi", 0.0)


def _weight(parameter: str) -> float:
    """The `q` of a language; 1 without one, 0 when it is none."""
    if not parameter:
        return 1.0
    try:
        return float(parameter.removeprefix("q="))
    except ValueError:
        return 0.0


def unavailable(request: Request, error: Exception) -> Response:
    """The database is away, restarting or too busy: nothing was done, the same may come again."""
    _log.warning("unavailable", error=type(error).__name__)
    return document(
        request,
        status=STATUS[Kind.UNAVAILABLE],
        code="platform.unavailable",
        text=TEXT[Kind.UNAVAILABLE],
        headers={"Retry-After": "1"},
    )


def defect(request: Request, error: Exception) -> Response:
    """A defect of ours: logged by its kind and place only, for the message may name a person."""
    _log.error(
        "defect",
        error=type(error).__name__,
        where=where_raised(error),
        path=request.scope.get("route_path"),
    )
    text = ("Lỗi của nền tảng; gửi lại y như cũ.", "A fault of the platform; send the same again.")
    return document(request, status=500, code="platform.defect", text=text)
