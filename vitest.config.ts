import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const exclude = ["**/node_modules/**", "dist/**"];

export default defineConfig({
  // By its name the package is what is built; tests are of the sources.
  resolve: { alias: [{ find: /^medgym$/, replacement: fileURLToPath(new URL("src/index.ts", import.meta.url)) }] },
  test: {
    pool: "forks",
    maxWorkers: 2,
    // Two workers with an engine of two threads each would wait for each other's time slices on two cores.
    env: { MEDGYM_THREADS: process.env.MEDGYM_THREADS ?? "1" },
    projects: [
      {
        extends: true,
        test: {
          name: "fast",
          include: ["{src,kernel,cli,bench,assets}/**/*.test.ts", "test/house/**/*.test.ts", "test/*.test.ts"],
          exclude,
          testTimeout: 30_000,
        },
      },
      {
        // What starts kernels, Python or a browser: needs the build (`npm run build`) and installs its own packages.
        extends: true,
        test: {
          name: "e2e",
          include: ["test/{e2e,browser,interop}/**/*.test.ts"],
          exclude,
          testTimeout: 600_000,
          hookTimeout: 600_000,
        },
      },
    ],
  },
});
