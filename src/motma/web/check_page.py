"""Is this paper card still good: a page for anybody, without signing in and without any script."""

import asyncio
from email.parser import BytesParser
from html import escape
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from motma.codec.pictures import MAX_BYTES, PictureReader
from motma.kernel.errors import Declined, Malformed
from motma.scan.checking import Verdict
from motma.web import frame
from motma.web.checks import verdict_on
from motma.web.headers import header
from motma.web.operations import AWAY, read_body
from motma.web.problems import STATUS

#: A picture and what stands around it in a form.
_MOST_BYTES: Final = MAX_BYTES + 16 * 1024
#: For this page alone a form may be sent, to ourselves.
FORMS: Final = b"; form-action 'self'"

WORDS: Final = {
    "vi": {
        "title": "Kiểm tra thẻ giấy",
        "lead": "Thẻ còn giá trị không? Chụp mã QR trên thẻ, hoặc dán nội dung mã. "
        "Chúng tôi chỉ trả lời về chính thẻ ấy, không nói gì về người trên thẻ.",
        "picture": "Ảnh chụp mã QR (PNG, JPEG)",
        "text": "Hoặc nội dung mã",
        "submit": "Kiểm tra",
        "note": "Ảnh và nội dung mã không được lưu. Mã trên điện thoại phải do máy quét kiểm tra.",
    },
    "en": {
        "title": "Check a paper card",
        "lead": "Is the card still good? Take a picture of its QR, or paste the text of the code. "
        "We answer about that card only, and nothing about the person on it.",
        "picture": "Picture of the QR (PNG, JPEG)",
        "text": "Or the text of the code",
        "submit": "Check",
        "note": "Picture and text are not kept. A code on a phone has to be checked by a reader.",
    },
}

#: A mark, what it is called, and what to do.
ANSWERS: Final[dict[Verdict, dict[str, tuple[str, str]]]] = {
    Verdict.VALID: {
        "vi": ("✓ Thẻ còn giá trị", "Hãy so tên và năm sinh trên thẻ với giấy tờ của người cầm."),
        "en": ("✓ The card is good", "Compare name and birth year with a document of the holder."),
    },
    Verdict.REPLACED: {
        "vi": ("✗ Thẻ đã được thay", "Thẻ này không còn giá trị. Người ấy cần thẻ mới."),
        "en": ("✗ The card was replaced", "It is no longer good. The person needs a new one."),
    },
    Verdict.EXPIRED: {
        "vi": ("✗ Thẻ đã hết hạn", "In thẻ mới tại quầy hoặc trong ví."),
        "en": ("✗ The card has expired", "Print a new one at a desk or from the wallet."),
    },
    Verdict.FORGED: {
        "vi": ("✗ Thẻ giả", "Nội dung đã bị sửa. Đừng cho qua; báo cho ban quản lý."),
        "en": ("✗ The card is forged", "Its text was changed. Let nobody in by it; report it."),
    },
    Verdict.NOT_SIGNED: {
        "vi": (
            "? Không phải thẻ của chúng tôi",
            "Chỉ thẻ có chữ ký của nền tảng mới kiểm được.",
        ),
        "en": ("? Not a card of ours", "Only cards that the platform signed can be checked."),
    },
    Verdict.NOT_PAPER: {
        "vi": ("? Mã trên điện thoại", "Chỉ máy quét phân biệt được mã thật với ảnh chụp của nó."),
        "en": ("? A phone's code", "Only a reader tells it from a copy of it."),
    },
}
_FAILED: Final = {
    "vi": ("? Không đọc được", "Chụp gần hơn, đủ sáng, chỉ một mã QR trong ảnh."),
    "en": ("? Could not be read", "Closer, with more light, and one QR in the picture."),
}


_AWAY: Final = {
    "vi": ("? Chưa kiểm tra được", "Hệ thống đang bận. Thử lại sau ít phút."),
    "en": ("? Not checked", "The platform is busy. Try again in a few minutes."),
}


async def show(request: Request) -> Response:
    """The empty form."""
    return _page(request, "", 200)


def _page(request: Request, box: str, status: int) -> Response:
    words = WORDS[frame.language_of(request)]
    return frame.page(request, "check", words, markup={"answer": box}, status=status)


async def answer(request: Request) -> Response:
    """What the card is worth; every failure is a sentence on the same page."""
    try:
        text = await _text_of(request)
        words = ANSWERS[await verdict_on(request, text)]
        status = 200
    except Declined as declined:
        words, status = _FAILED, STATUS[declined.kind]
    except AWAY:
        words, status = _AWAY, 503
    language = frame.language_of(request)
    title, what = (escape(each) for each in words[language])
    box = f'<p class="answer" role="status"><strong>{title}</strong> {what}</p>'
    return _page(request, box, status)


async def _text_of(request: Request) -> str:
    """The code's text from the form: pasted, or the only one in the picture."""
    form = _parts(header(request, b"content-type"), await read_body(request, _MOST_BYTES))
    if text := form.get("text", b"").decode("utf-8", "replace").strip():
        return text
    pictures: PictureReader = request.app.state.pictures
    found = await asyncio.to_thread(pictures.read, form.get("picture", b""))
    if len(found) != 1:
        raise Malformed("qr.picture-without-code" if not found else "qr.picture-with-several")
    return found[0]


def _parts(kind: str, body: bytes) -> dict[str, bytes]:
    """The fields of a form (RFC 7578) by name; what is none has none."""
    if not kind.lower().startswith("multipart/form-data") or not kind.isprintable():
        return {}
    parsed = BytesParser().parsebytes(f"Content-Type: {kind}\r\n\r\n".encode() + body)
    found = {}
    for part in parsed.walk():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(content, bytes):
            found[name] = content
    return found
