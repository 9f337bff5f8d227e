import { defineConfig } from "vitest/config";

/** Tests of the built page in a headless Chromium; one file after the other, for one machine paints one page well. */
export default defineConfig({
  test: {
    include: ["browser/**/*.test.ts"],
    environment: "node",
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
