/** What the platform declines, in words that say what to do; a code that is not here is shown. */

import type { Language } from "../../shared/answers";

const vi: Record<string, string> = {
  "accounts.code-refused": "Mã không đúng, đã dùng hoặc đã hết hạn.",
  "accounts.pin-needed": "Mã đúng. Tài khoản này còn có mã khoá riêng: hãy nhập cả mã đó.",
  "accounts.pin-refused": "Mã trong tin nhắn đúng, mã khoá riêng thì chưa.",
  "accounts.phone-shared": "Số này là số của nhiều người: hãy đặt mã khoá riêng.",
  "accounts.phone-off": "Nơi này không gửi tin nhắn.",
  "accounts.codes-delayed": "Tin nhắn đang bị chậm. Hãy thử lại sau.",
  "accounts.cooling-down":
    "Máy này mới vào ví: chờ một ngày, hoặc xác nhận nó trên máy khác của bạn (“Máy của tôi”).",
  "accounts.passkey-refused": "Khoá truy cập này không mở được ví nào ở đây.",
  "accounts.passkeys-full": "Đã đủ số khoá. Hãy gỡ một khoá cũ trước.",
  "accounts.passkeys-off": "Địa chỉ này không dùng được khoá truy cập.",
  "recodes.appealed": "Màu này đã có khiếu nại; mỗi màu một lần.",
  "recodes.unknown": "Màu do cán bộ đặt đã hết: không còn gì để khiếu nại.",
  "reports.already": "Bạn đã báo lượt xem này rồi.",
  "reports.own-read": "Đây là lượt xem của chính bạn.",
  "request.text-missing": "Hãy viết vài lời.",
  "request.text-too-long": "Dài quá. Hãy viết ngắn lại.",
  "request.text-unprintable":
    "Có ký tự không giữ được, như vài hình biểu cảm. Hãy viết bằng chữ.",
};

const en: Record<string, string> = {
  "accounts.code-refused": "The code is wrong, used up or too old.",
  "accounts.pin-needed": "The code is right. This account has a PIN as well: enter that too.",
  "accounts.pin-refused": "The code in the message is right, the PIN is not.",
  "accounts.phone-shared": "This number is several people's: set a PIN of your own.",
  "accounts.phone-off": "No messages are sent here.",
  "accounts.codes-delayed": "Messages are late just now. Try again later.",
  "accounts.cooling-down":
    "This phone is new to the wallet: wait a day, or confirm it on another device of yours (“My devices”).",
  "accounts.passkey-refused": "This passkey opens no wallet here.",
  "accounts.passkeys-full": "There are as many passkeys as there may be. Remove an old one first.",
  "accounts.passkeys-off": "This address has no passkeys.",
  "recodes.appealed": "There is an appeal against this colour; each has one.",
  "recodes.unknown": "The colour set by hand is over: there is nothing to appeal against.",
  "reports.already": "You reported this look before.",
  "reports.own-read": "This look was your own.",
  "request.text-missing": "Please write a few words.",
  "request.text-too-long": "That is too long. Please say it shorter.",
  "request.text-unprintable":
    "It has a sign that can't be kept, as some emoji do. Please write in letters.",
};

export const failureWords: Record<Language, Record<string, string>> = { vi, en };
