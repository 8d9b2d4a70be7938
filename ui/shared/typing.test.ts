import { expect, test } from "vitest";
import { typed } from "./typing";

test.each([
  ["Telex", "NGUYEENX", "NGUYỄN"],
  ["Telex", "nguyeenx thij dduwowngf", "nguyễn thị đường"],
  ["Telex", "TRAANF VAWN HOANGF", "TRẦN VĂN HOÀNG"],
  ["Telex", "NGUYEN VAN AN", "NGUYEN VAN AN"],
  ["Telex", "ASS", "AS"],
  ["Telex", "7DD4", "7Đ4"],
  ["VNI", "NGUYE6N4", "NGUYỄN"],
  ["VNI", "D9U7O7NG2", "ĐƯỜNG"],
  ["VNI", "1989|0|123", "1989|0|123"],
] as const)("%s turns %s into %s", (method, keys, text) => {
  expect(typed(method, keys)).toBe(text);
});
