/** The words of connecting apps: one asks, those that may know me. */

import type { Language } from "../../../shared/answers";

const vi = {
  title: "Cho phép ứng dụng",
  asks: "hỏi bạn cho phép:",
  of: "của",
  scopes: {
    "code:read": "hiện mã QR cá nhân của bạn trong ứng dụng",
    "card:read": "biết màu thẻ của bạn và đến khi nào",
  } as Record<string, string>,
  back: (host: string) => `Sau đó bạn quay lại ${host}.`,
  never: "Ứng dụng không biết hồ sơ, giấy tờ hay ai đã xem bạn. Bạn ngừng cho phép được bất cứ lúc nào.",
  yes: "Cho phép",
  no: "Không",
  broken: "Đường dẫn này không đầy đủ. Hãy quay lại ứng dụng và thử lại.",
  apps: {
    lead: "Những ứng dụng bạn đã cho phép. Ngừng là ứng dụng không biết gì thêm và phải xoá.",
    none: "Chưa cho phép ứng dụng nào.",
    since: "từ",
    end: "Ngừng cho phép",
    ended: "Đã ngừng.",
  },
};

type Words = typeof vi;

const en: Words = {
  title: "Allow an app",
  asks: "asks you to let it:",
  of: "of",
  scopes: {
    "code:read": "show your personal QR inside the app",
    "card:read": "know the colour of your card, and until when",
  },
  back: (host) => `Then you go back to ${host}.`,
  never: "The app does not learn your records, your documents or who saw you. You can stop this at any time.",
  yes: "Allow",
  no: "No",
  broken: "This link is not complete. Go back to the app and try again.",
  apps: {
    lead: "Apps that you allowed. When you stop one, it learns nothing more and has to delete what it has.",
    none: "You have allowed no app.",
    since: "since",
    end: "Stop allowing",
    ended: "Stopped.",
  },
};

export const connectWords: Record<Language, Words> = { vi, en };
