import { openSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { AquatintError, messageOf } from "../../errors.ts";
import { fileError, readText } from "../../formats/files.node.ts";
import { halfToFloat } from "../../formats/safetensors/half.ts";
import { type Split, splits } from "../dataset.ts";
import { entryShape, type LatentPool, type PoolFacts, type PoolPart, poolFiles } from "./pool.ts";

const count = z.int().positive();

const facts = z.object({
  dataset: z.unknown(),
  seed: z.int().nonnegative(),
  size: z.tuple([count, count]),
  shape: z.tuple([count, count, count]),
  scalingFactor: z.number().positive(),
  clip: z.object({ frames: count, fps: z.number().positive() }).optional(),
});

/** Reads `pool.json`. @throws AquatintError "pool/facts" where it is none. */
export async function readPoolFacts(folder: string): Promise<PoolFacts> {
  const path = join(folder, poolFiles.facts);
  const text = await readText(path);
  try {
    return facts.parse(JSON.parse(text));
  } catch (cause) {
    throw new AquatintError("pool/facts", `${path} does not describe a pool of latents: ${messageOf(cause)}`, {
      hint: "make one with aquatint encode",
      cause,
    });
  }
}

/** Bytes of one entry, float16. */
export const entryBytes = (facts: Pick<PoolFacts, "shape" | "clip">): number =>
  2 * entryShape(facts).reduce((a, b) => a * b);

/** Opens a pool; entries that are not whole, as a stopped `aquatint encode` may leave one, are passed over. */
export async function openLatentPool(folder: string): Promise<LatentPool> {
  const facts = await readPoolFacts(folder);
  const parts = await Promise.all(splits.map(async (split) => [split, await openPart(folder, split, facts)] as const));
  return { facts, parts: Object.fromEntries(parts) as Record<Split, PoolPart> };
}

async function openPart(folder: string, split: Split, facts: PoolFacts): Promise<PoolPart> {
  const length = entryBytes(facts);
  const { path, entries } = await wholeEntries(folder, split, length);
  if (entries.length === 0) {
    throw new AquatintError("pool/empty", `${path} holds no whole latent`, { hint: "run aquatint encode again" });
  }
  const file = openFile(path);
  const bytes = new Uint8Array(length);
  return {
    captions: entries.map((line) => JSON.parse(line) as string),
    read(index, into) {
      readSync(file, bytes, 0, length, index * length);
      into.set(halfToFloat(new Uint16Array(bytes.buffer)));
    },
  };
}

function openFile(path: string): number {
  try {
    return openSync(path, "r");
  } catch (cause) {
    throw fileError("read", path, cause);
  }
}

/** The captions, as JSON, of the entries of which both parts are whole. */
export async function wholeEntries(folder: string, split: Split, length: number) {
  const path = join(folder, poolFiles.latents(split));
  const lines = (await readText(join(folder, poolFiles.captions(split)))).split("\n").slice(0, -1);
  try {
    return { path, entries: lines.slice(0, Math.floor(statSync(path).size / length)) };
  } catch (cause) {
    throw fileError("read", path, cause);
  }
}
