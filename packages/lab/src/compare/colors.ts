import { itemAt } from "aquatint/util";
import { seriesColors } from "../reports/theme.ts";
import type { Measured, NamedPoint } from "./measured.ts";

/** The color of each model, in their order. */
export const modelColors = ({ models }: Measured): ReadonlyMap<string, string> =>
  new Map(models.map(({ name }, i) => [name, itemAt(seriesColors, i % seriesColors.length)]));

/** Label beside a point. */
export const shortLabel = ({ model, label }: NamedPoint): string => label || model.name;
