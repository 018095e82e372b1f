import { AquatintError } from "aquatint";
import { unknownName } from "aquatint/math";
import { type FoundFile, findFiles } from "./find.ts";
import type { CatalogOptions, ModelKind } from "./kinds.ts";

export { type CatalogOptions, type ModelKind, modelKinds } from "./kinds.ts";

/** A file or folder that requests may name. */
export interface ModelFile extends FoundFile {
  /** SHA-256 of its weights, known after its first use as it is now. */
  readonly hash?: string | undefined;
}

/** The models, LoRAs and other files that requests may name, from folders that the operator chose. */
export interface ModelCatalog {
  list(kind: ModelKind): Promise<readonly ModelFile[]>;
  /** The file of a name, its ending and case aside; the first one without a name. @throws AquatintError "model/unknown". */
  find(kind: ModelKind, name: string | undefined): Promise<ModelFile>;
  /** Reads the folders again. */
  refresh(): Promise<void>;
  /** Keeps the hash of a model that was computed where it was used, and when that was. */
  remember(name: string, hash: string | undefined, usedAt: Date): void;
}

/** Milliseconds that a listing holds. */
const RECHECK_MS = 5000;

/** Opens the catalog; the folders are read again when a listing is old. */
export function modelCatalog(options: CatalogOptions): ModelCatalog {
  const hashes = knownHashes();
  let listing: { readonly at: number; readonly files: Promise<readonly FoundFile[]> } | undefined;
  const refresh = () => {
    listing = { at: Date.now(), files: findFiles(options) };
    listing.files.catch(() => {
      listing = undefined;
    });
    return listing.files;
  };
  const files = () => (listing && Date.now() - listing.at < RECHECK_MS ? listing.files : refresh());
  const list = async (kind: ModelKind): Promise<readonly ModelFile[]> =>
    (await files()).filter((file) => file.kind === kind).map((file) => ({ ...file, hash: hashes.of(file) }));
  return {
    list,
    async find(kind, name) {
      const matchIn = (all: readonly ModelFile[]) =>
        name === undefined ? all[0] : all.find((file) => isCalled(file, name));
      const listed = matchIn(await list(kind));
      if (listed) return listed;
      await refresh(); // it may be there since the last look
      const all = await list(kind);
      const match = matchIn(all);
      if (match) return match;
      if (all.length > 0)
        throw unknownName("model/unknown", { name: name ?? "", kind, names: all.map((file) => file.name) });
      throw new AquatintError("model/unknown", `there is no ${kind} "${name ?? ""}": the server has none`, {
        hint: "its operator puts files into a model folder: aquatint serve --help",
      });
    },
    async refresh() {
      await refresh();
    },
    remember: hashes.remember,
  };
}

/** Hashes of models by name; one of a file that was exchanged since counts for nothing. */
function knownHashes() {
  const hashes = new Map<string, { readonly hash: string; readonly usedAt: Date }>();
  return {
    of({ name, changedAt = 0 }: FoundFile): string | undefined {
      const last = hashes.get(name);
      return last && last.usedAt.getTime() > changedAt ? last.hash : undefined;
    },
    remember(name: string, hash: string | undefined, usedAt: Date): void {
      const last = hashes.get(name);
      if (hash !== undefined && !(last && last.usedAt > usedAt)) hashes.set(name, { hash, usedAt });
    },
  };
}

/** Names are compared as the web UI does: its titles end in a hash in brackets, and file endings may be left out. */
function isCalled({ name, fileName }: FoundFile, query: string): boolean {
  const plain = folded(query.replace(/\s*\[[0-9a-f]{8,64}\]$/i, ""));
  return [name, fileName, fileName.split("/").at(-1) ?? ""].some((candidate) => folded(candidate) === plain);
}

const folded = (text: string): string => text.toLowerCase().replace(/\.(safetensors|sft)$/, "");
