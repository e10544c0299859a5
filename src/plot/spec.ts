/** What we use of plotly's figure format (https://plotly.com/javascript/reference/); other fields pass through untouched. */

export type Value = number | string | null;

export interface ErrorBars {
  type?: "data";
  symmetric?: boolean;
  array: number[];
  arrayminus?: number[];
  thickness?: number;
  width?: number;
  color?: string;
}

export interface Trace {
  /** @default "scatter" */
  type?: string;
  name?: string;
  x?: Value[];
  y?: Value[];
  mode?: string;
  orientation?: "v" | "h";
  xaxis?: string;
  yaxis?: string;
  line?: { color?: string; width?: number; dash?: string; shape?: string };
  marker?: { color?: string | string[]; size?: number; opacity?: number; line?: { width?: number; color?: string } };
  fill?: string;
  fillcolor?: string;
  opacity?: number;
  width?: number | number[];
  text?: string | string[];
  textposition?: string;
  error_x?: ErrorBars;
  error_y?: ErrorBars;
  showlegend?: boolean;
  legendgroup?: string;
  hovertemplate?: string;
  hoverinfo?: string;
  visible?: boolean | "legendonly";
  nbinsx?: number;
  [field: string]: unknown;
}

export interface Axis {
  title?: { text?: string } | string;
  type?: "linear" | "log" | "category" | "date" | "-";
  range?: [number, number];
  rangemode?: "normal" | "tozero" | "nonnegative";
  domain?: [number, number];
  anchor?: string;
  tickvals?: number[];
  ticktext?: string[];
  tickformat?: string;
  showgrid?: boolean;
  showticklabels?: boolean;
  visible?: boolean;
  [field: string]: unknown;
}

export interface Annotation {
  text: string;
  x: number;
  y: number;
  xref?: string;
  yref?: string;
  xanchor?: "left" | "center" | "right";
  yanchor?: "top" | "middle" | "bottom";
  showarrow?: boolean;
  font?: { size?: number; color?: string };
}

export interface Shape {
  type: "line" | "rect";
  x0: number;
  x1: number;
  y0: number;
  y1: number;
  xref?: string;
  yref?: string;
  line?: { color?: string; width?: number; dash?: string };
  fillcolor?: string;
  opacity?: number;
}

export interface Layout {
  title?: { text?: string; [field: string]: unknown } | string;
  width?: number;
  height?: number;
  margin?: { l?: number; r?: number; t?: number; b?: number };
  barmode?: "group" | "stack" | "overlay" | "relative";
  bargap?: number;
  showlegend?: boolean;
  annotations?: Annotation[];
  shapes?: Shape[];
  [field: string]: unknown;
}

export function titleText(title: { text?: string } | string | undefined): string {
  return typeof title === "string" ? title : (title?.text ?? "");
}
