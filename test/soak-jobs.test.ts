/** The soak of `npm run soak -- jobs`, a few rounds of it. */
import { expect, test } from "vitest";
import { survive } from "./soak/jobs-survival.ts";

test("daemon, workers and clients are killed at random: nothing is lost, doubled or left behind", async () => {
  const found = await survive({ rounds: 5, seed: 11 });
  expect(found.violations).toEqual([]);
  expect(found.rounds).toBe(5);
  expect(found.killed.daemon + found.killed.worker).toBeGreaterThan(3);
  expect(found.attempts).toBeGreaterThan(4);
  expect(found.pruned).toBeGreaterThan(0);
  expect(found.states.succeeded).toBeGreaterThan(3);
});
