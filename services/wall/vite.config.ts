import { defineConfig } from "vitest/config";

/** The wall is served by the api at any prefix: every address in the build is relative. */
export default defineConfig({
  base: "./",
  build: { target: "es2022", assetsInlineLimit: 0, sourcemap: false },
  server: { host: "127.0.0.1", proxy: { "/v1": { target: process.env["IOC_API"] ?? "http://127.0.0.1:8099", ws: true } } },
  test: { include: ["tests/**/*.test.ts"], environment: "node" },
});
