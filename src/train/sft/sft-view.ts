/** A running sft in its cell. */
import { training } from "../../plot/training.ts";
import { dataView } from "../data-view.ts";
import type { SftEvent } from "./sft-events.ts";
import type { SftResult } from "./sft-result.ts";

export const sftView = dataView<SftResult, SftEvent>({
  verb: "sft",
  figure: training,
  facts: ({ tokenAccuracy }) => [["accuracy", `${(100 * tokenAccuracy).toFixed(1)} %`]],
});
