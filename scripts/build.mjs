// npm run build: dependencies, native engine, TypeScript. What is up to date is left alone.
import { build, main, seconds } from "./steps.mjs";

await main(async () => {
  const startedAt = performance.now();
  await build();
  console.log(`Built in ${seconds(startedAt)} s.`);
});
