// npm start: builds what is not built, then runs the quickstart notebook through the kernel, and says where it is.
import { join } from "node:path";
import { build, installKernelspec, jupyterEnvironment, main, root, run, seconds } from "./steps.mjs";

await main(async () => {
  const startedAt = performance.now();
  await build();
  await installKernelspec();
  const notebook = join("notebooks", "00-quickstart.ipynb");
  console.log(`· ${notebook}, through the Jupyter kernel`);
  const args = [join(root, "cli", "medgym.mjs"), "run", notebook, "--output", join("runs", "00-quickstart.ipynb")];
  const code = await run(process.execPath, [...args, ...process.argv.slice(2)], { env: jupyterEnvironment() });
  if (code !== 0) return code;
  console.log("To open it in JupyterLab: npm run lab");
  console.log(`Total: ${seconds(startedAt)} s.`);
});
