/** Every word that the element says, in Vietnamese and English. */

import type { Proof, Refusal } from "../ma-qr";

export type Language = "vi" | "en";

export interface Words {
  title: string;
  symbol: Record<"masked" | "full", string>;
  none: string;
  toggle: string;
  modes: Record<"masked" | "full", string>;
  born: string;
  document: string;
  living: string;
  colours: Record<string, string>;
  ask: string;
  until: string;
  over: string;
  states: Record<"expired" | "replaced" | "revoked", string>;
  proofs: Record<Exclude<Proof, "forged">, string>;
  refused: string;
  refusals: Partial<Record<Refusal, string>>;
}

const vi: Words = {
  title: "Mã QR cá nhân",
  symbol: { masked: "Mã QR cá nhân, đã che", full: "Mã QR cá nhân, đầy đủ" },
  none: "Chưa có mã. Hãy mở ứng dụng khi có mạng để nhận mã.",
  toggle: "Hiện đầy đủ",
  modes: {
    masked: "Đang che số giấy tờ và ngày, tháng sinh",
    full: "Đang hiện số giấy tờ và ngày sinh",
  },
  born: "Sinh",
  document: "Giấy tờ",
  living: "Mã sống, tự đổi mỗi 30 giây",
  colours: {
    green: "Thẻ xanh",
    yellow: "Thẻ vàng",
    red: "Thẻ đỏ",
    neutral: "Thẻ chưa có màu",
  },
  ask: "Trong mã không có màu thẻ: hãy hỏi khi quét",
  until: "đến",
  over: "Màu thẻ đã hết hạn",
  states: {
    expired: "Mã đã hết hạn. Hãy mở ứng dụng khi có mạng để nhận mã mới.",
    replaced: "Mã này đã được thay bằng mã khác và không dùng được nữa. Hãy nhận mã mới.",
    revoked: "Mã này đã bị thu hồi và không dùng được nữa. Hãy hỏi nơi đã cấp.",
  },
  proofs: {
    verified: "Chữ ký đúng",
    unverified: "Chưa kiểm tra chữ ký",
    "unknown-key": "Không biết khóa đã ký mã này",
  },
  refused: "Ứng dụng đưa một chuỗi không phải mã QR cá nhân. Không hiện mã.",
  refusals: {
    "qr.layout": "Chuỗi mã bị sai. Không hiện mã.",
    "qr.too-long": "Chuỗi mã quá dài. Không hiện mã.",
    "widget.unsigned": "Mã chưa được ký. Không hiện mã.",
    "widget.forged": "Chữ ký sai: mã là giả hoặc đã bị sửa. Không hiện mã.",
    "widget.not-masked": "Ứng dụng đưa mã chưa che. Không hiện mã.",
  },
};

const en: Words = {
  title: "Personal QR code",
  symbol: { masked: "Personal QR code, masked", full: "Personal QR code, full" },
  none: "No code yet. Open the app with a network to receive one.",
  toggle: "Show in full",
  modes: {
    masked: "Document number, day and month of birth are hidden",
    full: "Document number and birth date are shown",
  },
  born: "Born",
  document: "Document",
  living: "Living code, changes every 30 seconds",
  colours: {
    green: "Green card",
    yellow: "Yellow card",
    red: "Red card",
    neutral: "Card without colour",
  },
  ask: "No card colour in the code: ask when scanning",
  until: "until",
  over: "The card's colour is over",
  states: {
    expired: "This code has expired. Open the app with a network to receive a new one.",
    replaced: "This code was replaced by another and is not good any more. Get the new one.",
    revoked: "This code was revoked and is not good any more. Ask whoever issued it.",
  },
  proofs: {
    verified: "Signature is right",
    unverified: "Signature not checked yet",
    "unknown-key": "Signed by an unknown key",
  },
  refused: "The app gave a text that is no personal QR code. No code is shown.",
  refusals: {
    "qr.layout": "The text of the code is broken. No code is shown.",
    "qr.too-long": "The text of the code is too long. No code is shown.",
    "widget.unsigned": "The code is not signed. No code is shown.",
    "widget.forged": "Wrong signature: the code is forged or was changed. No code is shown.",
    "widget.not-masked": "The app gave a code that is not masked. No code is shown.",
  },
};

/** The words of the nearest `lang`; Vietnamese unless it says English. */
export function wordsOf(tag: string): { language: Language; words: Words } {
  return /^en\b/i.test(tag) ? { language: "en", words: en } : { language: "vi", words: vi };
}
