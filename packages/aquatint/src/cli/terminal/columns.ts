import { itemAt } from "../../util/items.ts";

/** A column of a table on a terminal. */
export interface TextColumn<Row> {
  readonly title: string;
  /** Numbers stand to the right. */
  readonly number?: boolean;
  readonly cell: (row: Row) => string;
}

/** A table in lines of text under its titles; a column that has nothing to show is left out. */
export function textTable<Row>(columns: readonly TextColumn<Row>[], rows: readonly Row[]): readonly string[] {
  const filled = columns
    .map(({ title, number = false, cell }) => ({ number, cells: [title, ...rows.map(cell)] }))
    .filter(({ cells }) => cells.slice(1).some(Boolean));
  const padded = filled.map(({ number, cells }) => {
    const width = Math.max(...cells.map((text) => text.length));
    return cells.map((text) => (number ? text.padStart(width) : text.padEnd(width)));
  });
  return [...(padded[0] ?? [])].map((_, i) =>
    padded
      .map((cells) => itemAt(cells, i))
      .join("  ")
      .trimEnd(),
  );
}
