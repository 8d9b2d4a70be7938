/** The words of an appeal against a colour that was set by hand. */

import type { Language } from "../../shared/answers";
import type { Appeal } from "./answers";

const vi = {
  title: "Khiếu nại",
  begin: "Khiếu nại màu này",
  atDesk: "Khiếu nại thay người bạn giám hộ: đến quầy của cán bộ đăng ký.",
  why: "Vì sao màu này không đúng?",
  limits: "Nhiều nhất 1.000 ký tự. Mỗi màu khiếu nại được một lần: hãy viết đủ.",
  steps: [
    "Người đọc là một cán bộ khác: không đề nghị và không xác nhận màu này.",
    "Câu trả lời hiện ở đây và ở Thông báo. Trong lúc chờ, màu vẫn giữ đến hạn của nó.",
    "Trả lời: giữ màu, hoặc bỏ màu ngay lúc đó. Cả hai đều có lý do.",
  ],
  file: "Gửi khiếu nại",
  working: "Đang gửi…",
  cancel: "Thôi",
  state: {
    open: "Đang chờ trả lời",
    upheld: "Đã trả lời: giữ màu đã đặt",
    ended: "Đã trả lời: bỏ màu đã đặt",
  } as Record<Appeal["state"], string>,
  due: "Hạn trả lời: hết ngày",
  keeps: "Trong lúc chờ, màu vẫn giữ đến hạn của nó.",
  overdue: "Đã quá hạn trả lời. Hãy hỏi tại quầy của cán bộ đăng ký.",
  said: "Lời khiếu nại, lúc",
  answer: "Trả lời, lúc",
};

type Words = typeof vi;

const en: Words = {
  title: "Appeal",
  begin: "Appeal against this colour",
  atDesk: "To appeal for somebody in your care, go to a registrar's desk.",
  why: "Why is this colour not right?",
  limits: "At most 1,000 characters. Each colour can be appealed once: say everything.",
  steps: [
    "It is read by another registrar, who neither proposed nor confirmed this colour.",
    "The answer stands here and in Notices. Until then the colour stays, to its own end.",
    "They keep the colour, or end it at once. Either way they say why.",
  ],
  file: "Send the appeal",
  working: "Sending…",
  cancel: "Cancel",
  state: {
    open: "Waits for an answer",
    upheld: "Answered: the colour stays",
    ended: "Answered: the colour is taken off",
  },
  due: "To be answered by the end of",
  keeps: "Until then the colour stays, to its own end.",
  overdue: "The answer is late. Please ask at a registrar's desk.",
  said: "The appeal, of",
  answer: "The answer, of",
};

export const appealWords: Record<Language, Words> = { vi, en };
