"""What a guard reads: outcomes, advice and warnings in Vietnamese and English."""

from typing import Final

#: What the guard should do. A fault of the platform never locks anyone out.
ADVICE: Final[dict[str, tuple[str, str, str]]] = {
    "known": (
        "compare-face",
        "Đối chiếu tên với người trước mặt.",
        "Compare the name with the person in front of you.",
    ),
    "replaced": (
        "ask-for-new-code",
        "Mã đã được thay. Đề nghị mở mã mới hoặc xuất trình giấy tờ.",
        "This code was replaced. Ask for the new one or for a document.",
    ),
    "revoked": (
        "ask-for-document",
        "Mã đã bị thu hồi. Đề nghị xuất trình giấy tờ và hướng dẫn đến nơi đăng ký.",
        "This code was revoked. Ask for a document and point to a registrar.",
    ),
    "unknown": (
        "ask-for-document",
        "Không tìm thấy. Đề nghị xuất trình giấy tờ; đây không phải lỗi của người dân.",
        "Not found. Ask for a document; this is not the person's fault.",
    ),
    "not-a-person": (
        "ask-for-personal-code",
        "Đây không phải mã cá nhân. Đề nghị mở mã QR cá nhân.",
        "This is not a personal code. Ask for the personal QR.",
    ),
    "malformed": (
        "scan-again",
        "Không đọc được mã. Quét lại; nếu vẫn không được, kiểm tra giấy tờ.",
        "The code can't be read. Scan again; if it stays so, check a document.",
    ),
    "forged": (
        "check-document-and-report",
        "Chữ ký sai: nội dung mã đã bị sửa. Kiểm tra giấy tờ và báo người phụ trách.",
        "The signature is wrong: the code was changed. Check a document and tell your supervisor.",
    ),
    "expired": (
        "ask-for-new-code",
        "Mã đã quá hạn. Đề nghị mở lại ứng dụng để lấy mã mới hoặc xuất trình giấy tờ.",
        "The code is out of date. Ask to open the app for a new one, or for a document.",
    ),
    "unsigned": (
        "check-document",
        "Mã không có chữ ký của nền tảng. Hãy xem chính giấy tờ của người đó.",
        "The code carries no signature of ours. Look at the person's document itself.",
    ),
    "unknown-key": (
        "check-document",
        "Không biết khóa đã ký mã này. Kiểm tra giấy tờ và cập nhật máy quét.",
        "The key that signed this code isn't known. Check a document and update the reader.",
    ),
    "copied": (
        "check-document",
        "Đây là ảnh chụp hoặc mã cũ. Đề nghị mở mã trực tiếp hoặc kiểm tra giấy tờ.",
        "This is a picture or an old code. Ask for the living screen or check a document.",
    ),
}

WARNINGS: Final[dict[str, tuple[str, str]]] = {
    "scan.name-differs": (
        "Tên trong mã khác với dữ liệu hiện tại.",
        "The name in the code differs from the register.",
    ),
    "scan.birth-differs": (
        "Năm sinh trong mã khác với dữ liệu hiện tại.",
        "The birth year in the code differs from the register.",
    ),
    "scan.no-living-code": (
        "Mã dành cho điện thoại nhưng không có mã sống: có thể là ảnh chụp.",
        "A phone's code without its living part: it may be a picture.",
    ),
    "scan.clock-skew": (
        "Đồng hồ của máy quét lệch.",
        "The reader's clock is off.",
    ),
    "scan.merged": (
        "Người này từng có hai mã, đã được gộp.",
        "This person had two codes; they were merged.",
    ),
    "scan.issue-ahead": (
        "Số phát hành của thẻ mới hơn dữ liệu.",
        "The card's issue number is newer than the register.",
    ),
    "qr.id-says-other-birth-year": (
        "Số giấy tờ cho thấy năm sinh khác.",
        "The document number says another birth year.",
    ),
    "qr.id-says-other-sex": (
        "Số giấy tờ cho thấy giới tính khác.",
        "The document number says another sex.",
    ),
}

CARD_TEXT: Final[dict[str, tuple[str, str]]] = {
    "neutral": ("Chưa có quy định ở nơi này", "No rule applies here"),
}


def both(pair: tuple[str, str]) -> dict[str, str]:
    """A text in both languages, as answers carry it."""
    return {"vi": pair[0], "en": pair[1]}


def warning(code: str) -> dict[str, object]:
    """A warning with its texts; an unknown code speaks for itself."""
    return {"code": code, "text": both(WARNINGS.get(code, (code, code)))}
