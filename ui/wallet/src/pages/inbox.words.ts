/** The words of the inbox, and of knocking at this phone. */

import type { Language } from "../../../shared/answers";

const vi = {
  none: "Chưa có thông báo.",
  fresh: "Mới:",
  reason: "Lý do:",
  by: "Ai:",
  saw: "Đã thấy:",
  retry: "Thử lại",
  older: "Xem cũ hơn",
  damaged: "Bản ghi này đã bị thay đổi sau khi ghi!",
  heading: {
    card: "Thẻ",
    record: "Hồ sơ",
    identity: "Thông tin",
    code: "Mã",
    family: "Gia đình",
    account: "Ví",
    read: "Lượt xem",
  } as Record<string, string>,
  knock: {
    title: "Báo trên máy này",
    lead: "Khi thẻ sắp đổi, yêu cầu được trả lời, hoặc có lượt xem lạ. Màn hình khoá chỉ hiện lời chung, không có tên.",
    begin: "Bật báo tin",
    end: "Tắt báo tin",
    on: "Đã bật.",
    off: "Đã tắt.",
    refused: "Trình duyệt không cho báo tin. Mở cài đặt của trình duyệt để cho phép.",
    unable: "Trình duyệt này chưa báo tin được. Hãy cài trang này vào màn hình chính rồi thử lại.",
  },
};

type Words = typeof vi;

const en: Words = {
  none: "Nothing yet.",
  fresh: "New:",
  reason: "Reason:",
  by: "Who:",
  saw: "Saw:",
  retry: "Try again",
  older: "Earlier ones",
  damaged: "This entry was changed after it was written!",
  heading: {
    card: "Card",
    record: "Records",
    identity: "Data",
    code: "Code",
    family: "Family",
    account: "Wallet",
    read: "A look",
  },
  knock: {
    title: "Tell me on this phone",
    lead: "When the card is about to change, a claim was answered, or somebody had an unusual look. A locked screen shows general words only, and no name.",
    begin: "Tell me",
    end: "Tell me no more",
    on: "It will.",
    off: "It will not.",
    refused: "The browser does not allow it. Allow notifications in its settings.",
    unable: "This browser can't do that yet. Install this page on the home screen and try again.",
  },
};

export const inboxWords: Record<Language, Words> = { vi, en };
