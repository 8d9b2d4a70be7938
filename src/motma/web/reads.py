"""What happened to a person, as that person may read it: who read them, and what was changed."""

from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import quote
from uuid import UUID

from starlette.requests import Request

from motma.access.model import Session
from motma.access.policy import FIELDS
from motma.audit import service as audit
from motma.audit.errors import EventUnknown
from motma.audit.model import TOLD_FROM, Entry, Page
from motma.bootstrap import Platform
from motma.identity import service
from motma.storage.pool import Connection
from motma.web.headers import tell

#: Events by which somebody learned something of a person.
READS: Final = ("scan.read", "identity.read")
#: Events by which something of a person was changed, with what they mean: vi, en.
NOTICES: Final = {
    "identity.registered": ("Đã đăng ký.", "You were registered."),
    "identity.shown-again": ("Giấy tờ được trình lại.", "Your document was shown again."),
    "identity.changed": ("Thông tin đã thay đổi.", "Your data changed."),
    "identity.conflict": ("Có hai bản khác nhau.", "Somebody's data differ from yours."),
    "identity.case-decided": ("Hồ sơ đã được xem xét.", "A case about you was decided."),
    "identity.code-issued": ("Mã đã được cấp.", "Your code was issued."),
    "identity.printed": ("Thẻ giấy đã được in.", "A card of yours was printed."),
    "identity.reissued": ("Thẻ cấp lại.", "A new card was issued; earlier prints ended."),
    "identity.replaced": ("Mã đã được thay.", "Your code was replaced."),
    "identity.revoked": ("Mã đã bị thu hồi.", "Your code was revoked."),
    "identity.merged": ("Hai mã được gộp.", "Two codes of yours were merged."),
    "identity.merge-undone": ("Đã tách lại.", "A merge was undone."),
    "identity.guardian-added": ("Thêm người giám hộ.", "A guardianship was entered."),
    "identity.guardian-confirmed": ("Giám hộ được xác nhận.", "A guardianship was confirmed."),
    "identity.guardian-ended": ("Giám hộ kết thúc.", "A guardianship ended."),
    "identity.guardian-of-age": (
        "Giám hộ kết thúc vì đã đủ 18 tuổi.",
        "A guardianship ended: the dependant is 18.",
    ),
    "cards.changes-soon": ("Thẻ của bạn sắp đổi.", "Your card changes soon."),
    "records.attached": ("Một bản ghi được gắn vào hồ sơ.", "A record was attached to you."),
    "records.detached": ("Một bản ghi được tách ra.", "A record was detached from you."),
    "records.retracted": ("Một bản ghi bị thu hồi.", "A record of yours was taken back."),
    "records.retraction-undone": ("Bản ghi có hiệu lực lại.", "A record of yours counts again."),
    "identity.match-decided": ("Bản ghi được xét là của bạn hay không.", "A record was judged."),
    "identity.match-undone": ("Kết quả xét được rút lại.", "A judgement on a record was undone."),
    "cards.recode-proposed": ("Đề nghị đổi màu thẻ.", "Another colour was proposed for you."),
    "cards.recode-confirmed": ("Màu thẻ do cán bộ đổi.", "Your colour was set by hand."),
    "cards.recode-ended": ("Màu do cán bộ đổi đã hết.", "A colour set by hand was ended."),
    "cards.recode-appealed": ("Khiếu nại đã gửi.", "Your appeal was filed."),
    "cards.appeal-decided": ("Khiếu nại đã được trả lời.", "Your appeal was decided."),
    "claims.asked": ("Bạn hỏi về bản ghi thiếu.", "You asked why a record is not there."),
    "claims.filed": ("Yêu cầu đã được gửi.", "A claim about a record was filed."),
    "claims.accepted": ("Yêu cầu được chấp nhận.", "A claim about a record was accepted."),
    "claims.refused": ("Yêu cầu bị từ chối.", "A claim about a record was refused."),
    "claims.undone": ("Quyết định được rút lại.", "A decision on a claim was undone."),
    "access.code-made": ("Đã in mã kích hoạt.", "An activation code was printed for you."),
    "access.transfer-begun": ("Đã tạo mã chuyển máy.", "A code for a new phone was shown."),
    "access.device-enrolled": ("Máy mới dùng mã của bạn.", "A new device shows your code."),
    "access.device-vouched": ("Bạn xác nhận máy mới.", "You vouched for a new device."),
    "access.account-deleted": ("Tài khoản đã đóng.", "Your account was ended."),
    "access.read-reported": ("Bạn báo một lần đọc sai.", "You reported a read as wrong."),
    "access.report-decided": ("Báo cáo đã được trả lời.", "Your report was answered."),
    "access.exported": ("Bạn đã lấy dữ liệu của mình.", "You took your data away."),
    "access.phone-bound": ("Số điện thoại được gắn.", "A phone number signs you in now."),
    "access.phone-removed": ("Số điện thoại được gỡ.", "No phone number signs you in now."),
    "access.phone-shared": (
        "Số của bạn cũng là số của người khác: hãy đặt mã khoá.",
        "Your number is somebody else's too: set a PIN.",
    ),
    "access.passkey-added": ("Thêm một passkey.", "A passkey was added to your account."),
    "access.passkey-removed": ("Đã xoá passkey.", "A passkey of yours was removed."),
    "access.passkey-copied": (
        "Passkey của bạn có thể đã bị sao chép: hãy xoá nó.",
        "A passkey of yours may have been copied: remove it.",
    ),
    "access.device-lost": ("Một máy bị báo mất.", "A device of yours was reported lost."),
    "access.session-begun": ("Đăng nhập.", "A device of yours signed in."),
}
#: What a notice may tell of its details; the rest is for the log.
_TOLD: Final = ("reason", "until", "decision", "form", "issue_no")


async def reads_of(
    db: Connection, platform: Platform, person_id: UUID, request: Request | None = None
) -> list[dict[str, Any]]:
    """A person's reads, newest first, aliases included; of a request, the page it asks for."""
    page = await _page(db, platform, person_id, kinds=READS, request=request)
    return [read_row(entry) for entry in page.entries]


def read_row(entry: Entry) -> dict[str, Any]:
    """A read as the person sees it: not which reader it was, but in which role, where, for what."""
    return {
        "event_id": str(entry.event.event_id),
        "kind": entry.event.kind,
        "at": entry.event.at,
        "outcome": entry.event.outcome,
        "place": entry.details.get("place_name"),
        "organisation": entry.details.get("organisation_name"),
        "role": entry.details.get("role"),
        "purpose": entry.details.get("purpose"),
        "saw": entry.details.get("saw", []),
        "told_from": entry.details.get(TOLD_FROM),  # of a read that was told late
        "intact": entry.intact,
    }


async def own_read(
    db: Connection, platform: Platform, own: Sequence[UUID], event_id: UUID
) -> Entry:
    """The read if it is one of theirs (all ids); EventUnknown also for somebody else's."""
    after, more = None, True
    while more:
        page = await audit.reads_of(
            db, platform.vault, platform.clock, own, kinds=READS, after=after
        )
        for entry in page.entries:
            if entry.event.event_id == event_id:
                return entry
        after, more = page.after, page.after is not None
    raise EventUnknown(str(event_id))


async def notices_of(
    db: Connection, platform: Platform, person_id: UUID, request: Request
) -> list[dict[str, Any]]:
    """What was changed about a person, newest first."""
    page = await _page(db, platform, person_id, kinds=tuple(NOTICES), request=request)
    return [notice_row(entry) for entry in page.entries]


def notice_row(entry: Entry) -> dict[str, Any]:
    """A notice in words, with what it may tell of its details."""
    return {
        "event_id": str(entry.event.event_id),
        "kind": entry.event.kind,
        "at": entry.event.at,
        "text": dict(zip(("vi", "en"), NOTICES[entry.event.kind], strict=True)),
        "details": {name: entry.details[name] for name in _TOLD if name in entry.details},
        "intact": entry.intact,
    }


async def log_read(
    db: Connection, platform: Platform, session: Session, person_id: UUID, **more: str
) -> None:
    """Every read of a person is an event that the person can see."""
    reader = session.reader
    details = {
        "reader": str(reader.reader_id) if reader else None,
        "organisation": str(session.device.organisation_id),
        "organisation_name": reader.organisation_name if reader else None,
        "role": reader.role if reader else None,
        "purpose": "registration",
        "saw": [field for field in FIELDS if field != "card"],
        **more,
    }
    await platform.means.log(
        db, "identity.read", details, person_id=person_id, device_id=session.device.device_id
    )


async def _page(
    db: Connection,
    platform: Platform,
    person_id: UUID,
    *,
    kinds: tuple[str, ...],
    request: Request | None,
) -> Page:
    people = [person_id, *await service.aliases_of(db, person_id)]
    after = request.query_params.get("after") if request is not None else None
    page = await audit.reads_of(
        db, platform.vault, platform.clock, people, kinds=kinds, after=after
    )
    if request is not None:
        link_to(request, page)
    return page


def link_to(request: Request, page: Page) -> None:
    """Say where the next page is."""
    if page.after is not None:
        link = f'<{request.url.path}?after={quote(page.after)}>; rel="next"'
        tell(request, {"Link": link})
