import { expect, test } from "vitest";
import { walkCases, walkFault } from "../../test/sampler-walk.ts";
import { torchCpu } from "../math/random.ts";

/** Another twentieth of all walks each day; AQUATINT_WALK_SEED=N repeats one. `npm run bench -- samplers` makes them all. */
const seed = Number(process.env["AQUATINT_WALK_SEED"] ?? Math.floor(Date.now() / 86_400_000));
const SHARE = 20;

test(`one walk in ${SHARE} of all samplers on all published schedules is finite (AQUATINT_WALK_SEED=${seed})`, async () => {
  const draws = torchCpu(seed).rand(walkCases.length);
  const sample = walkCases.filter((_, i) => draws[i]! < 1 / SHARE);
  const faults: string[] = [];
  for (const walkCase of sample) {
    const fault = await walkFault(walkCase).catch((error: unknown) => String(error));
    if (fault !== undefined) faults.push(`${JSON.stringify(walkCase)}: ${fault}`);
  }
  expect(faults).toEqual([]);
}, 300_000);
