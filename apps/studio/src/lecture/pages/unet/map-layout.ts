import type { UNetPart } from "@aquatint/lab/inspect";

/** Parts that are drawn side by side: a residual block and its attention. */
export type Unit = readonly UNetPart[];

/** A row of the map. */
export interface MapRow {
  readonly down?: Unit | undefined;
  /** At the bottom of the U. */
  readonly middle?: Unit | undefined;
  readonly up?: Unit | undefined;
  /** "32 × 32" where the rows of this size begin. */
  readonly size?: string | undefined;
}

const sizeOf = (unit: Unit | undefined): string => (unit?.[0] ? `${unit[0].width} × ${unit[0].height}` : "");

/** Parts in the order of the network, attention with the block before it. */
function unitsOf(parts: readonly UNetPart[]): readonly Unit[] {
  const units: UNetPart[][] = [];
  for (const part of parts) {
    const last = units.at(-1);
    if (last && (part.kind === "attention" || part.kind === "motion")) last.push(part);
    else units.push([part]);
  }
  return units;
}

/** The U: the way down at the left, the way up at the right, and units that a skip connection joins in one row. */
export function mapRows(parts: readonly UNetPart[]): readonly MapRow[] {
  const on = (side: UNetPart["side"]) => parts.filter((part) => part.side === side);
  const descent = unitsOf(on("down"));
  const rows: MapRow[] = [];
  let next = 0; // of the way down
  for (const up of unitsOf(on("up")).toReversed()) {
    const partner = descent.findIndex((unit) => unit.some(({ path }) => up[0]?.inputs.includes(path)));
    while (next < partner) rows.push({ down: descent[next++] });
    if (partner === next) rows.push({ down: descent[next++], up });
    else rows.push({ up });
  }
  while (next < descent.length) rows.push({ down: descent[next++] });
  rows.push({ middle: on("middle") });
  const sizes = rows.map((row) => sizeOf(row.down ?? row.middle ?? row.up));
  return rows.map((row, i) => ({ ...row, size: sizes[i] === sizes[i - 1] ? undefined : sizes[i] }));
}
