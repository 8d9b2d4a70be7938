import { defineConfig } from "vitest/config";

export default defineConfig({
  test: { environment: "node", include: ["shared/**/*.test.ts", "desk/**/*.test.ts", "reader/**/*.test.ts", "wallet/**/*.test.ts", "widget/**/*.test.ts"] },
});
