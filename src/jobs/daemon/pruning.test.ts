import { expect, test } from "vitest";
import { choose, type EndedJob, type OpenJob, type Situation } from "./pruning.ts";

const day = 24 * 3600;

/** Jobs 1 … n, each a day older than the next; the newest ended just now. */
function situation(count: number, given: Partial<Situation> = {}, jobs: Record<number, Partial<EndedJob>> = {}) {
  const ended = Array.from({ length: count }, (_, i): EndedJob => {
    const id = i + 1;
    return { id, name: `j${id}`, state: "succeeded", endedMs: -(count - id) * day * 1000, ...jobs[id] };
  });
  const open: OpenJob[] = [];
  return { nowMs: 0, ended, open, leansOn: () => [], wasThere: (id: number) => id <= 100, ...given };
}

const ids = (jobs: readonly EndedJob[]) => jobs.map(({ id }) => id);
const reasons = (stay: Map<number, { reason: string }>) => Object.fromEntries([...stay].map(([id, { reason }]) => [id, reason])); // biome-ignore format: a line

test("both limits let go: older than so many days, and not among the newest", () => {
  const jobs = situation(10);
  expect(ids(choose({ olderThanSeconds: 5 * day }, jobs).go)).toEqual([1, 2, 3, 4, 5]);
  expect(ids(choose({ keep: 7 }, jobs).go)).toEqual([1, 2, 3]);
  expect(ids(choose({ olderThanSeconds: 5 * day, keep: 7 }, jobs).go)).toEqual([1, 2, 3]);
  expect(ids(choose({ olderThanSeconds: 8 * day, keep: 7 }, jobs).go)).toEqual([1, 2]);
  expect(ids(choose({}, jobs).go)).toHaveLength(10);
});

test("what a job needs that is not over stays, and what that leans on", () => {
  // 9 is queued and takes 2's model, which is an adapter for the weights in 1's folder; 3 leans on 4, which nobody needs.
  const leans: Record<number, number[]> = { 2: [1], 3: [4] };
  const open: OpenJob[] = [{ id: 9, name: "score", state: "queued", needs: [2] }];
  const jobs = situation(4, { open, leansOn: (id) => leans[id] ?? [] });
  const { go, stay } = choose({}, jobs);
  expect(ids(go)).toEqual([3, 4]);
  expect(reasons(stay)).toEqual({
    1: "a part of the result of job 2 (j2) lies in its folder, and job 9 (score), which is queued, needs it",
    2: "job 9 (score), which is queued, needs it",
  });
  expect(() => choose({ ids: [4, 1] }, jobs)).toThrow("job 1 (j1) cannot go: a part of the result of job 2");
  expect(() => choose({ ids: [9] }, jobs)).toThrow("job 9 (score) is queued. Cancel it first");
});

test("a job stays in whose folder a part of a result lies that stays, through several; named, it goes", () => {
  const leans: Record<number, number[]> = { 5: [3], 3: [1], 2: [4] };
  const jobs = situation(5, { leansOn: (id) => leans[id] ?? [] });
  const { go, stay } = choose({ keep: 1 }, jobs);
  expect(ids(go)).toEqual([2, 4]);
  expect(reasons(stay)).toEqual({
    3: "a part of the result of job 5 (j5) lies in its folder",
    1: "a part of the result of job 3 (j3) lies in its folder",
  });
  expect(ids(choose({ ids: [3, 3, 1] }, jobs).go)).toEqual([3, 1]);
});

test("trials that a sweep takes up again stay; those that it would run again go, and those that are named", () => {
  const jobs = situation(4, {}, { 1: { sweep: "lr" }, 2: { sweep: "lr", state: "failed" }, 3: { sweep: "lr", state: "cancelled" } }); // biome-ignore format: a line
  const { go, stay } = choose({}, jobs);
  expect(ids(go)).toEqual([2, 4]);
  expect([...stay].map(([id, { sweep }]) => [id, sweep])).toEqual([[1, "lr"], [3, "lr"]]); // biome-ignore format: a list
  expect(ids(choose({ ids: [1, 2, 3] }, jobs).go)).toEqual([1, 2, 3]);
});

test("a number that was pruned before is passed over, one that never was is an error", () => {
  expect(ids(choose({ ids: [50, 2] }, situation(3)).go)).toEqual([2]);
  expect(() => choose({ ids: [101] }, situation(3))).toThrow("there is no job 101");
});
