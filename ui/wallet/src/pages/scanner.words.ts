/** The words of “is this scanner genuine?”. */

import type { Language } from "../../../shared/answers";

const vi = {
  title: "Máy quét này có thật không?",
  lead: "Bảo người quét bấm hiện mã của máy quét, rồi quét mã đó ở đây trước khi đưa mã của bạn.",
  film: "Mở máy ảnh",
  camera: "Hình máy ảnh",
  picture: "Hoặc chọn ảnh có mã của máy quét",
  noCamera: "Không mở được máy ảnh. Hãy cho phép máy ảnh, hoặc chọn ảnh.",
  noCode: "Không thấy mã QR trong ảnh.",
  needsNetwork:
    "Chưa có mạng, và phần đọc mã chưa được lưu trên máy này. Mở máy ảnh một lần khi có mạng thì sau đó không cần mạng.",
  genuine: "Máy quét thật",
  organisation: "Tổ chức",
  place: "Nơi quét",
  role: "Vai trò",
  sees: "Được xem",
  online: "Máy chủ xác nhận: máy và ca trực đang hoạt động.",
  offline: "Kiểm theo chữ ký, không có mạng: không biết máy này đã bị thu hồi chưa.",
  not: "KHÔNG phải máy quét của hệ thống",
  notDo: "Đừng đưa mã. Bạn có thể đưa giấy tờ và hỏi người phụ trách.",
  because: {
    "not-one": "Mã này không phải mã của máy quét.",
    "unknown-key": "Khoá ký không có trong danh sách đã công bố.",
    forged: "Chữ ký sai: mã bị làm giả.",
    expired: "Mã cũ: có thể là ảnh chụp lại. Bảo người quét hiện mã mới.",
  } as Record<string, string>,
};

type Words = typeof vi;

const en: Words = {
  title: "Is this scanner genuine?",
  lead: "Ask whoever scans to show the scanner's own code, and scan it here before you show yours.",
  film: "Open the camera",
  camera: "The camera's picture",
  picture: "Or choose a picture of the scanner's code",
  noCamera: "The camera did not open. Allow it, or choose a picture.",
  noCode: "No QR code was found in the picture.",
  needsNetwork:
    "No network, and what reads codes is not kept on this phone yet. Open the camera here once with a network; after that it works without.",
  genuine: "A genuine scanner",
  organisation: "Organisation",
  place: "Place",
  role: "Role",
  sees: "May see",
  online: "The server confirms: device and shift are active.",
  offline: "Checked by signatures, without a network: whether it was ended since is not known.",
  not: "NOT a scanner of this system",
  notDo: "Don't show your code. You may show a document and ask who is in charge.",
  because: {
    "not-one": "This is no scanner's code.",
    "unknown-key": "The signing key is not among those that were published.",
    forged: "The signature is wrong: the code is forged.",
    expired: "An old code: maybe a photo. Ask for a fresh one.",
  },
};

export const scannerWords: Record<Language, Words> = { vi, en };
