import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["{src,kernel,cli,bench,assets,test}/**/*.test.ts"],
    exclude: ["**/node_modules/**", "dist/**"],
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 30_000,
  },
});
