import type { Ansis } from "ansis";

/** A bar of so many characters that is full at 1. */
export function drawnBar(
  progress: number,
  { width, colours }: { readonly width: number; readonly colours: Ansis },
): string {
  const full = Math.round(Math.min(Math.max(progress, 0), 1) * width);
  return `${colours.cyan("█".repeat(full))}${colours.dim("░".repeat(width - full))}`;
}
