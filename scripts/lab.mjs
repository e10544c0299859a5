// npm run lab [-- options of jupyter lab]: JupyterLab in a Python environment of this clone, with this clone's kernel.
import { build, installKernelspec, jupyterEnvironment, main, run, StepError } from "./steps.mjs";
import { labPackages, venvPython } from "./venv.mjs";

await main(async () => {
  await build();
  await installKernelspec();
  const python = await venvPython(labPackages, (line) => console.log(`· ${line}`)).catch((error) => {
    throw new StepError(error.message);
  });
  const asRoot = process.getuid?.() === 0 ? ["--allow-root"] : [];
  const args = [
    "-m",
    "jupyterlab",
    "--ServerApp.root_dir=.",
    "--MultiKernelManager.default_kernel_name=medgym",
    ...asRoot,
    ...process.argv.slice(2),
  ];
  return run(python, args, { env: jupyterEnvironment() });
});
