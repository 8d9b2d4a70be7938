/** The words on the ticket: all that the first picture needs. */

import type { Language } from "../../shared/answers";

const vi = {
  qr: (name: string, full: boolean) =>
    `Mã QR ${full ? "đầy đủ" : "che bớt"} của ${name}. Đưa màn hình này cho người quét.`,
  masked: "Che bớt: không có số giấy tờ, ngày tháng sinh",
  full: "ĐẦY ĐỦ: có số giấy tờ, ngày sinh, BHYT, điện thoại",
  living: "Mã sống, đổi mỗi 30 giây",
  notLiving: "Mã này không có phần sống: người quét có thể đòi xem giấy tờ.",
  paper: "Dạng thẻ giấy: máy này không phải của người đó.",
  born: "Sinh",
  document: "Giấy tờ",
};

type Words = typeof vi;

const en: Words = {
  qr: (name, full) =>
    `${full ? "Full" : "Masked"} QR code of ${name}. Hold this screen to whoever scans.`,
  masked: "Masked: no document number, no day of birth",
  full: "FULL: document number, birth date, insurance, phone",
  living: "Living code, changes every 30 seconds",
  notLiving: "This code has no living part: whoever scans may ask for a document.",
  paper: "The paper form: this phone is not that person's.",
  born: "Born",
  document: "Document",
};

export const ticketWords: Record<Language, Words> = { vi, en };
