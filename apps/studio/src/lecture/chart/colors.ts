import { useSyncExternalStore } from "react";

/** The computed color of a token, for canvases: "rgb(31, 74, 168)". */
export function colorOf(token: string): string {
  const probe = document.createElement("span");
  probe.style.color = `var(${token})`;
  probe.style.display = "none";
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

/** Colors of series, told apart also without hues by their lightness and dashes. */
export const seriesTokens = [1, 2, 3, 4, 5, 6, 7, 8].map((i) => `--series-${i}`);

/** The token of the i-th series. */
export const seriesToken = (i: number): string => seriesTokens[i % seriesTokens.length] ?? "--ink";

/** Dashes of the i-th series, in pixels. */
export const seriesDash = (i: number): number[] => [[], [7, 3], [2, 3], [9, 3, 2, 3]][Math.floor(i / 2) % 4] ?? [];

const schemes = [matchMedia("(prefers-color-scheme: dark)"), matchMedia("(prefers-contrast: more)")];

function subscribe(listener: () => void): () => void {
  const observer = new MutationObserver(listener);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
  for (const scheme of schemes) scheme.addEventListener("change", listener);
  return () => {
    observer.disconnect();
    for (const scheme of schemes) scheme.removeEventListener("change", listener);
  };
}

/** A text that changes with the colors of the page, for what is drawn on a canvas. */
export const useColorScheme = (): string => useSyncExternalStore(subscribe, () => colorOf("--ink"));
