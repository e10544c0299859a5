/** One look for the interactive figure and the static picture. */
export const palette = ["#2f6fde", "#e8710a", "#1e8e5a", "#d93025", "#8e44ad", "#0097a7", "#d81b60", "#7a5c4d"];

export const fontFamily = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif";

export const ink = { text: "#2b3138", faint: "#6b747d", axis: "#aab2ba", grid: "#e9ecef", paper: "#ffffff" };

export const defaultSize = { width: 720, height: 400 };

/** `#rrggbb` with an opacity, as CSS. */
export function withOpacity(color: string, opacity: number): string {
  const match = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(color);
  if (!match) return color;
  const [red, green, blue] = match.slice(1).map((hex) => Number.parseInt(hex, 16));
  return `rgba(${red},${green},${blue},${opacity})`;
}
