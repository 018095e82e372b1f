import { entriesOf, guarded, type Outcome, type ParityKind } from "./check.ts";
import { parts } from "./parts.ts";
import { pipelines } from "./pipelines.ts";
import { random } from "./random.ts";
import { schedulers } from "./schedulers.ts";
import { theory } from "./theory.ts";
import { tokens } from "./tokens.ts";
import { train } from "./train.ts";
import { videos } from "./videos.ts";

const kinds: Readonly<Record<string, ParityKind>> = {
  parts,
  pipelines,
  random,
  schedulers,
  theory,
  tokens,
  train,
  videos,
};
/** Files that say something about the data and hold nothing to compare. */
const inert = /^(README\.md|made-with\.json)$/;

/** Compares everything that is known in a folder of reference data with what Aquatint computes. */
export async function* outcomes(folder: string): AsyncGenerator<Outcome> {
  const entries = await entriesOf(folder);
  const remaining = new Set(entries.filter((name) => !inert.test(name)));
  for (const [kind, { claims, run }] of Object.entries(kinds)) {
    const names = claims(entries);
    for (const name of names) remaining.delete(name);
    if (names.length) yield* guarded(kind, run(folder, names));
  }
  for (const name of remaining) yield { check: name, skipped: "this kind of reference data is not supported yet" };
}
