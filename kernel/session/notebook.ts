/** Where the notebook is. */
import { resolve } from "node:path";

/** The notebook's folder: where Jupyter started the kernel. Stays when a cell changes the working directory. */
export const notebookFolder = process.cwd();
/** A file that is not there: cells are modules beside the notebook. */
export const notebookFile = resolve(notebookFolder, "notebook.ts");
