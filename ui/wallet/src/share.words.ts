/** The words beside and in the picture of a code. */

import type { Language } from "../../shared/answers";

const vi = {
  note: "Ảnh là bản chụp, không có phần sống: người quét sẽ đòi xem giấy tờ. Chỉ gửi cho người bạn tin.",
  full: "Bản đầy đủ: có số giấy tờ, ngày sinh, BHYT, điện thoại",
  share: "Gửi ảnh",
  shared: "Đã gửi.",
  save: "Lưu ảnh",
  saved: "Đã lưu ảnh.",
  failed: "Không gửi được. Hãy lưu ảnh.",
  copy: "Bản chụp, không có phần sống.",
  title: { masked: "Mã che bớt của", full: "Mã ĐẦY ĐỦ của" },
  day: "Chụp ngày",
};

type Words = typeof vi;

const en: Words = {
  note: "A picture is a copy without the living part: whoever scans will ask for a document. Send it only to people you trust.",
  full: "In full: document number, birth date, insurance, phone",
  share: "Send the picture",
  shared: "Sent.",
  save: "Save the picture",
  saved: "The picture is saved.",
  failed: "It could not be sent. Save it instead.",
  copy: "A copy, without the living part.",
  title: { masked: "Masked code of", full: "FULL code of" },
  day: "Taken on",
};

export const shareWords: Record<Language, Words> = { vi, en };
