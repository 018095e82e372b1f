import { createHash } from "node:crypto";
import { type FileHandle, link, open, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { entryFiles, type StoredSegment, segmentsOf } from "./entry.node.ts";
import { type ExternalTensor, externalTensors, moveTensors, type Segment } from "./external-data.ts";

/** Segments begin at multiples of it, as ONNX Runtime writes those of large constants. */
const ALIGNMENT = 4096;

/** A file of another entry, with the offsets of its segments by hash. */
interface Source {
  readonly path: string;
  readonly offsets: ReadonlyMap<string, number>;
}

/**
 * Links a written entry to the files of other entries that hold the same constants, packed or not, and keeps only the others in a file
 * of its own: programs of two sizes differ in a few. Returns where each segment lies. An entry that cannot be linked stays whole.
 */
export async function shareWeights(draft: string, folders: readonly string[]): Promise<readonly StoredSegment[]> {
  const model = await readFile(join(draft, entryFiles.model));
  const file = await open(join(draft, entryFiles.weights));
  try {
    const tensors = await hashed(externalTensors(model), file);
    const ownSegments = tensors.flatMap(({ segments }) => segments.map((s) => ({ file: entryFiles.weights, ...s })));
    const plan = planOf(tensors, await sourcesOf(folders));
    if (plan.links.size === 0) return ownSegments;
    return await rewrite(draft, { model, plan, file }).catch(() => ownSegments);
  } finally {
    await file.close();
  }
}

interface HashedSegment extends Segment {
  readonly hash: string;
}
interface HashedTensor extends ExternalTensor {
  readonly segments: readonly HashedSegment[];
}

async function hashed(tensors: readonly ExternalTensor[], file: FileHandle): Promise<readonly HashedTensor[]> {
  const result: HashedTensor[] = [];
  for (const { location, segments } of tensors) {
    const marked: HashedSegment[] = [];
    for (const s of segments) {
      const hash = createHash("sha256").update(await read(file, s));
      marked.push({ ...s, hash: hash.digest("hex").slice(0, 32) });
    }
    result.push({ location, segments: marked });
  }
  return result;
}

async function read(file: FileHandle, { offset, length }: Segment): Promise<Uint8Array> {
  const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(length), position: offset });
  return buffer.subarray(0, bytesRead);
}

/** The files that other entries keep segments in; each file once, however many entries are linked to it. */
async function sourcesOf(folders: readonly string[]): Promise<readonly Source[]> {
  const byInode = new Map<number, { readonly path: string; readonly offsets: Map<string, number> }>();
  for (const folder of folders)
    for (const { file, hash, offset } of await segmentsOf(folder)) {
      const path = join(folder, file);
      const { ino } = await stat(path).catch(() => ({ ino: undefined }));
      if (ino === undefined) continue;
      const source = byInode.get(ino) ?? { path, offsets: new Map() };
      byInode.set(ino, source);
      source.offsets.set(hash, offset);
    }
  return [...byInode.values()];
}

interface Plan {
  readonly tensors: readonly HashedTensor[];
  /** The names in the entry of the files of others. */
  readonly links: ReadonlyMap<Source, string>;
  /** The content of the entry's file: the segment as it was written, in the order of the new offsets. */
  readonly rest: readonly { readonly from: Segment; readonly offset: number }[];
}

/** A constant lies in one file with its packed forms: the first that has them all, else the entry's own. */
function planOf(tensors: readonly HashedTensor[], sources: readonly Source[]): Plan {
  const links = new Map<Source, string>();
  const rest: { from: Segment; offset: number }[] = [];
  let end = 0;
  const placed = tensors.map(({ segments }) => {
    const source = sources.find(({ offsets }) => segments.every(({ hash }) => offsets.has(hash)));
    if (source) {
      const location = links.get(source) ?? `shared-${links.size}.bin`;
      links.set(source, location);
      return { location, segments: segments.map((s) => ({ ...s, offset: source.offsets.get(s.hash) ?? 0 })) };
    }
    const moved = segments.map((from) => {
      const offset = end;
      rest.push({ from, offset });
      end = Math.ceil((offset + from.length) / ALIGNMENT) * ALIGNMENT;
      return { ...from, offset };
    });
    return { location: entryFiles.weights, segments: moved };
  });
  return { tensors: placed, links, rest };
}

interface Draft {
  readonly model: Uint8Array;
  readonly plan: Plan;
  readonly file: FileHandle;
}

/** Everything new is written beside the draft's files before it takes their moved. */
async function rewrite(draft: string, { model, plan, file }: Draft): Promise<readonly StoredSegment[]> {
  const { tensors, links, rest } = plan;
  const temporary = { model: join(draft, "model.new"), weights: join(draft, "weights.new") };
  try {
    for (const [{ path }, name] of links) await link(path, join(draft, name));
    const moved = tensors.values();
    await writeFile(
      temporary.model,
      moveTensors(model, (tensor) => moved.next().value ?? tensor),
    );
    const target = await open(temporary.weights, "w");
    try {
      for (const { from, offset } of rest) await target.write(await read(file, from), 0, from.length, offset);
    } finally {
      await target.close();
    }
  } catch (error) {
    for (const path of [...Object.values(temporary), ...Array.from(links.values(), (name) => join(draft, name))])
      await rm(path, { force: true });
    throw error;
  }
  await rename(temporary.weights, join(draft, entryFiles.weights));
  await rename(temporary.model, join(draft, entryFiles.model));
  return tensors.flatMap(({ location, segments }) => segments.map((s) => ({ file: location, ...s })));
}
