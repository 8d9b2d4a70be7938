import { expect, test } from "vitest";
import { originOf } from "./keys";

test.each([
  ["https://qr.example.vn", "https://qr.example.vn"],
  ["https://qr.example.vn:8443/wallet/?a=b", "https://qr.example.vn:8443"],
  ["http://localhost:8000", "http://localhost:8000"],
  ["http://127.0.0.1:8000/", "http://127.0.0.1:8000"],
  ["http://qr.example.vn", null],
  ["javascript:alert(1)", null],
  ["data:text/html,x", null],
  ["qr.example.vn", null],
])("keys may be asked of %s: %s", (given, origin) => {
  expect(originOf(given)).toBe(origin);
});
