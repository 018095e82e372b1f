import type { LayerMaps } from "./attention-jobs.ts";

/** The name of all layers together. */
export const ALL = "all";

/** A layer's name for readers: "down 1, 8 × 8". */
export const layerLabel = ({ path, width, height }: LayerMaps): string => {
  const [, side = "mid", block = "", list = ""] =
    /^(down|mid|up)_blocks?(?:\.(\d+))?\.attentions\.(\d+)/.exec(path) ?? [];
  return `${side}${block && ` ${block}.${list}`}, ${width} × ${height}`;
};

/** The layers with the most places among those that are chosen, and their mean for each word. */
export function mapsOf(layers: readonly LayerMaps[], choice: string) {
  const finest = layers.reduce((max, { width }) => Math.max(max, width), 0);
  const selected = layers.filter(({ path, width }) => (choice === ALL ? width === finest : path === choice));
  const [first] = selected;
  const words = first?.words.map((map, w) =>
    map.map((_, i) => selected.reduce((sum, layer) => sum + (layer.words[w]?.[i] ?? 0), 0) / selected.length),
  );
  return { width: first?.width ?? 1, words: words ?? [] };
}

const columns = ["left", "center", "right"] as const;
const rows = ["top", "middle", "bottom"] as const;

/** Where a map is largest, in words: "top left". */
export function peakOf(map: Float32Array, width: number): string {
  const at = map.reduce((best, value, i) => (value > (map[best] ?? 0) ? i : best), 0);
  const third = (i: number, of: number) => Math.min(Math.floor((3 * (i + 0.5)) / of), 2);
  const row = rows[third(Math.floor(at / width), map.length / width)];
  const column = columns[third(at % width, width)];
  return row === "middle" && column === "center" ? "center" : `${row} ${column}`;
}
