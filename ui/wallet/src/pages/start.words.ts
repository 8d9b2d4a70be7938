/** The words of the first page. */

import type { Language } from "../../../shared/answers";

const vi = {
  title: "Mở ví mã của bạn",
  lead: "Chỉ làm một lần trên máy này. Sau đó mã hiện được cả khi không có mạng.",
  code: "Mã kích hoạt",
  codeHint: "12 ký tự do cán bộ in, hoặc mã chuyển từ máy cũ của bạn.",
  submit: "Kích hoạt",
  working: "Đang kích hoạt…",
  wrong: "Mã không đúng, đã dùng hoặc đã hết hạn.",
  label: "Ví trên điện thoại",
};

type Words = typeof vi;

const en: Words = {
  title: "Open your wallet",
  lead: "Once on this phone. After that the code shows without a network too.",
  code: "Activation code",
  codeHint: "12 characters that a registrar printed, or the transfer code of your old phone.",
  submit: "Activate",
  working: "Activating…",
  wrong: "The code is wrong, used up or too old.",
  label: "Wallet on a phone",
};

export const startWords: Record<Language, Words> = { vi, en };
