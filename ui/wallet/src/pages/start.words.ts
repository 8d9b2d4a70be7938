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
  others: "Cách khác: khoá truy cập, số điện thoại",
  passkey: "Vào bằng khoá truy cập",
  noPasskey: "Khoá truy cập không mở được ví này.",
  phone: "Số điện thoại đã gắn",
  send: "Nhắn mã cho tôi",
  coming: "Nếu số này đã gắn với một tài khoản, mã sẽ đến khoảng",
  maybe: "Không thấy mã? Dùng mã kích hoạt của cán bộ, hoặc máy khác của bạn.",
  sms: "Mã trong tin nhắn",
  pin: "Mã khoá riêng (nếu đã đặt)",
  back: "Đổi số",
  notIn: "Không vào được.",
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
  others: "Other ways: passkey, phone number",
  passkey: "Sign in with a passkey",
  noPasskey: "That passkey opens no wallet here.",
  phone: "The phone number you bound",
  send: "Send me a code",
  coming: "If this number is bound to an account, a code will come at about",
  maybe: "No code? Use a registrar's activation code or another device of yours.",
  sms: "Code in the message",
  pin: "Your PIN (if you set one)",
  back: "Another number",
  notIn: "That did not let you in.",
};

export const startWords: Record<Language, Words> = { vi, en };
