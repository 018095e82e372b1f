import type { Ansis } from "ansis";

/** A bar of so many characters that is full at 1. */
export function drawnBar(
  progress: number,
  { width, colors }: { readonly width: number; readonly colors: Ansis },
): string {
  const full = Math.round(Math.min(Math.max(progress, 0), 1) * width);
  return `${colors.cyan("█".repeat(full))}${colors.dim("░".repeat(width - full))}`;
}
