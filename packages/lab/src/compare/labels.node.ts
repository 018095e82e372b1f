import * as Plot from "@observablehq/plot";
import { itemAt, lookup } from "aquatint/util";
import { color } from "../reports/theme.ts";
import { shortLabel } from "./colors.ts";
import type { NamedPoint } from "./measured.ts";
import { type Labeled, type PlaceOptions, placeLabels } from "./place-labels.ts";

/** A point of a drawing, in the drawing's own units and in pixels. */
export interface PlottedPoint extends Omit<Labeled, "text"> {
  readonly point: NamedPoint;
  /** In the units of the axes. */
  readonly at: readonly [x: number, y: number];
}

/** The names of points, each beside its own and clear of the others. */
export function labelMarks(
  plotted: readonly PlottedPoint[],
  { colors, ...options }: PlaceOptions & { readonly colors: ReadonlyMap<string, string> },
): readonly Plot.Markish[] {
  const labels = plotted.map(({ point, ...position }) => ({ ...position, text: shortLabel(point) }));
  return placeLabels(labels, options).map(({ dx, dy, anchor }, i) => {
    const { at, point } = itemAt(plotted, i);
    return Plot.text([at], {
      ...{ text: [itemAt(labels, i).text], textAnchor: anchor, dx, dy },
      ...{ fill: lookup(colors, point.model.name), fontSize: options.fontSize, fontWeight: 600 },
      ...{ stroke: color("paper"), strokeWidth: 3 },
    });
  });
}
