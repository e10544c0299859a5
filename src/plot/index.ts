export {
  type BarOptions,
  bar,
  compare,
  figure,
  histogram,
  type LineOptions,
  line,
  type Measured,
  type PlotOptions,
  type Series,
  type SeriesInput,
  scatter,
  smoothed,
} from "./builders.ts";
export { Figure } from "./figure.ts";
export { type TrainingEvent, type TrainingOptions, training } from "./training.ts";
