import { appendFile, truncate } from "node:fs/promises";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { openModel } from "../../checkpoints/open.node.ts";
import { componentOf, readNetwork } from "../../checkpoints/open.ts";
import { type Dataset, type Split, splits } from "../../data/dataset.ts";
import { expectImages } from "../../data/expect-images.ts";
import { entryBytes, readPoolFacts, wholeEntries } from "../../data/pool/open.node.ts";
import { type PoolFacts, poolFiles } from "../../data/pool/pool.ts";
import { prefetchedDataset } from "../../data/prefetch.node.ts";
import { parseDatasetConfig } from "../../data/registry.ts";
import { AquatintError } from "../../errors.ts";
import { fileError, writeFileAtomic } from "../../formats/files.node.ts";
import { makeFolder } from "../../formats/folders.node.ts";
import { exclusiveLock } from "../../formats/lock.node.ts";
import { floatToHalf } from "../../formats/safetensors/half.ts";
import { float32Data } from "../../graph/host-tensor.ts";
import { AutoencoderKL, downsampling, parseAutoencoderConfig } from "../../models/autoencoder/index.ts";
import { parameters } from "../../nn/module.ts";
import { input } from "../../ops/leaves.ts";
import { nodeRuntime } from "../../runtime/runtime.node.ts";
import type { Runtime } from "../../runtime/types.ts";
import { lookup } from "../../util/items.ts";
import { type ChunkedNetwork, inChunks } from "../tasks/in-chunks.ts";

/** Options of encoding a dataset: its images, the autoencoder, the destination. */
export interface EncodeOptions {
  /** A data set's configuration. */
  readonly dataset: unknown;
  /** Folder of an AutoencoderKL with a scaling factor. */
  readonly vae: string;
  /** Folder of the pool, made where there is none; one that is there goes on. */
  readonly out: string;
  /** Images or clips in all, by split. */
  readonly counts: Readonly<Record<Split, number>>;
  /** Seed of the stream; 0 if left out. */
  readonly seed?: number;
  readonly threads?: number;
  readonly signal?: AbortSignal;
}

/** The size of the pool before anything is encoded, then the images or clips of a split that it holds. */
export type EncodeEvent =
  | {
      readonly type: "plan";
      readonly facts: PoolFacts;
      readonly counts: EncodeOptions["counts"];
      /** Bytes of the whole pool's latents, by split. */
      readonly bytes: Readonly<Record<Split, number>>;
    }
  | { readonly type: "progress"; readonly split: Split; readonly done: number; readonly of: number };

/** Images that one run of the encoder takes; the frames of clips are images. */
const CHUNK = 16;

/**
 * Encodes images or clips once, for training on their latents: the means of their posteriors, float16, with their captions. Goes
 * on where a stopped one ended. @throws AquatintError "pool/other" for a pool of other data or another autoencoder.
 */
export async function* encodePool(options: EncodeOptions): AsyncGenerator<EncodeEvent, void, void> {
  const { vae: folder, out, counts, seed = 0, threads, signal } = options;
  const config = await parseDatasetConfig(options.dataset);
  await using runtime = await nodeRuntime({ ...(threads && { threads }) });
  await using dataset = await prefetchedDataset(config);
  expectImages(dataset, "encoding");
  await using encoder = await encoderOf(folder, { runtime, dataset });
  const { size, clip } = dataset;
  const facts: PoolFacts = { dataset: config, seed, size, ...encoder.latents, ...(clip && { clip }) };
  const bytes = { train: counts.train * entryBytes(facts), "held-out": counts["held-out"] * entryBytes(facts) };
  for (const split of splits) await dataset.stream({ seed, split }).next(1); // an empty split fails before there is a pool
  yield { type: "plan", facts, counts, bytes };
  const chunk = Math.max(1, Math.floor(CHUNK / (clip?.frames ?? 1)));
  await makeFolder(out).catch((cause: unknown) => {
    throw fileError("write", out, cause);
  });
  await using _ = await exclusiveLock(join(out, "pool.lock"));
  await settle(out, facts);
  for (const split of ["held-out", "train"] as const) {
    let done = await tidied(out, split, facts);
    const stream = dataset.stream({ seed, split });
    stream.restore({ seed, position: done });
    while (done < counts[split]) {
      signal?.throwIfAborted();
      const n = Math.min(chunk, counts[split] - done);
      const { images, captions } = await stream.next(n);
      const means = await encoder.means(images);
      await append(join(out, poolFiles.latents(split)), new Uint8Array(floatToHalf(means).buffer));
      await append(join(out, poolFiles.captions(split)), captions.map((text) => `${JSON.stringify(text)}\n`).join(""));
      done += n;
      yield { type: "progress", split, done, of: counts[split] };
    }
  }
}

const append = (path: string, bytes: Uint8Array | string): Promise<void> =>
  appendFile(path, bytes).catch((cause: unknown) => {
    throw fileError("write", path, cause);
  });

interface EncoderParts {
  readonly runtime: Runtime;
  readonly dataset: Dataset;
}

/** An autoencoder's way down, run over any number of images. */
async function encoderOf(folder: string, { runtime, dataset }: EncoderParts) {
  const model = await openModel(folder);
  const vae = AutoencoderKL(parseAutoencoderConfig(componentOf(model, "AutoencoderKL").config));
  const names = parameters(vae);
  const as = await readNetwork(model, "AutoencoderKL", names);
  const image = [3, ...dataset.size];
  const trace = (n: number) => ({
    mean: vae.encode(input({ name: "images", dtype: "float32", shape: [n, ...image] })).mean,
  });
  const network: ChunkedNetwork = inChunks({ runtime, parameters: { names, as }, chunk: CHUNK, trace });
  const [height, width] = dataset.size.map((side) => side / downsampling(vae.config)) as [number, number];
  const shape: [number, number, number] = [vae.config.latent_channels, height, width];
  return {
    latents: { shape, scalingFactor: vae.config.scaling_factor },
    async means(images: Float32Array): Promise<Float32Array> {
      const n = images.length / image.reduce((a, b) => a * b);
      const feed = { dtype: "float32", shape: [n, ...image], data: images } as const;
      return float32Data(lookup(await network.run({ images: feed }), "mean"));
    },
    [Symbol.asyncDispose]: () => network[Symbol.asyncDispose](),
  };
}

/** Begins a pool, or sees that the one that is there is the same. */
async function settle(out: string, facts: PoolFacts): Promise<void> {
  const existing = await readPoolFacts(out).catch((error: unknown) => {
    if (error instanceof AquatintError && error.code === "file/missing") return undefined;
    throw error;
  });
  const plain = JSON.parse(JSON.stringify(facts)) as PoolFacts;
  if (!existing) return writeFileAtomic(join(out, poolFiles.facts), `${JSON.stringify(plain, null, 2)}\n`);
  const other = Object.keys(plain).find(
    (key) => !isDeepStrictEqual(existing[key as keyof PoolFacts], plain[key as keyof PoolFacts]),
  );
  if (other === undefined) return;
  throw new AquatintError("pool/other", `${out} holds latents of another "${other}" than these would have`, {
    hint: "give another folder, or remove this one",
  });
}

/** Cuts off what is not whole. Returns how many entries there are. */
async function tidied(out: string, split: Split, facts: PoolFacts): Promise<number> {
  for (const file of [poolFiles.latents(split), poolFiles.captions(split)]) await append(join(out, file), "");
  const { path, entries } = await wholeEntries(out, split, entryBytes(facts));
  await truncate(path, entries.length * entryBytes(facts));
  await writeFileAtomic(join(out, poolFiles.captions(split)), entries.map((line) => `${line}\n`).join(""));
  return entries.length;
}
