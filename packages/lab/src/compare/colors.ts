import { seriesColours } from "../reports/theme.ts";
import type { Measured, NamedPoint } from "./measured.ts";

/** The colour of each model, in their order. */
export const modelColours = ({ models }: Measured): ReadonlyMap<string, string> =>
  new Map(models.map(({ name }, i) => [name, seriesColours[i % seriesColours.length]!]));

/** What stands beside a point. */
export const shortLabel = ({ model, label }: NamedPoint): string => label || model.name;
