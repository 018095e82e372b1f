import { asError, chosenDevice, modelHash, openSource, sayError, withEngine } from "../engine/engine-store.ts";
import { forgetTraces } from "../gallery/gallery-store.ts";
import type { FileSet } from "../model-files/file-set.ts";
import type { ModelPrecision } from "../model-files/precision.ts";
import type { Companion, FileReport, FileUse } from "../model-files/report.ts";
import { createStore } from "../state/store.ts";

/** A file or folder of the visitor, and what it is. */
export interface LibraryItem {
  readonly id: string;
  readonly name: string;
  readonly report: FileReport;
  /** Undefined where the browser must ask first whether the page may read it again. */
  readonly files: FileSet | undefined;
  /** Why it does not fit the model of the page; undefined where it does, or where it is a model. */
  readonly misfit?: string | undefined;
  /** Kept from one visit to the next as a copy in the browser's store, or as a permission to read it. */
  readonly storage?: "copy" | "handle" | undefined;
  /** SHA-256 of a model's weights, by which images name it, in hexadecimal digits; undefined until it is computed. */
  readonly hash?: string | undefined;
}

/** What the page draws with. */
export interface Choice {
  /** Items by their ids; the default model, and the model's own autoencoder, where absent. */
  readonly model?: string | undefined;
  /** The precision of the model; the device's own choice where absent. */
  readonly precision?: ModelPrecision | undefined;
  readonly vae?: string | undefined;
  /** Scales of the LoRAs that are loaded; 0 is off. */
  readonly loras: Readonly<Record<string, number>>;
  readonly embeddings: readonly string[];
  /** The ControlNet; it is loaded once there is an image for it. */
  readonly control?: string | undefined;
}

/** The visitor's files, and which of them are used. */
export interface Library {
  readonly items: readonly LibraryItem[];
  readonly choice: Choice;
  readonly isOpening: boolean;
  /** True where the items are a server's: none has files here. */
  readonly isRemote: boolean;
}

/** Where the items of the library are opened. */
export interface Shelf {
  readonly isRemote: boolean;
  /** Makes what was chosen ready for the next image. */
  open(choice: Choice, former: Choice): Promise<void>;
  /** Finds out which items fit the model. */
  judge(): Promise<void>;
}

const noChoice: Choice = { loras: {}, embeddings: [] };

/** The visitor's files. */
export const libraryStore = createStore<Library>({
  ...{ items: [], choice: noChoice },
  ...{ isOpening: false, isRemote: false },
});

/** The items of a use that fit the model of the page, in the order of their arrival. */
export const fitting = (
  { items, isRemote }: Pick<Library, "items" | "isRemote">,
  use: FileUse,
): readonly LibraryItem[] =>
  items.filter(
    (item) => item.report.use === use && item.misfit === undefined && (item.files || isRemote || use === "model"),
  );

/** An item by its id. */
export const itemOf = ({ items }: Pick<Library, "items">, id: string | undefined): LibraryItem | undefined =>
  items.find((item) => item.id === id);

/** Says what files are. @throws AquatintError that says what is wrong with them. */
export const inspectFiles = (files: FileSet): Promise<FileReport> =>
  withEngine((engine) => engine.call("inspect", { files, device: chosenDevice() }));

/** Adds an item, or takes the place of the one with its id. */
export const putItem = (item: LibraryItem): void =>
  libraryStore.set((library) => {
    const isNew = !library.items.some(({ id }) => id === item.id);
    const items = isNew
      ? [...library.items, item]
      : library.items.map((other) => (other.id === item.id ? item : other));
    return { ...library, items };
  });

/**
 * Changes what is used. The engine opens again only where other files are: scales and images of controls are not.
 * @throws AquatintError where they cannot be opened, and the former ones are used again, unless others were chosen meanwhile.
 */
export async function choose(change: (choice: Choice, library: Library) => Choice): Promise<void> {
  const former = libraryStore.get().choice;
  libraryStore.set((library) => ({ ...library, choice: change(library.choice, library) }));
  const { choice } = libraryStore.get();
  if (filesKey(choice) === filesKey(former)) return;
  try {
    await whileOpening(() => shelf.open(choice, former));
  } catch (error) {
    if (filesKey(libraryStore.get().choice) !== filesKey(choice)) return; // whoever chose the others hears of those
    libraryStore.set((library) => ({ ...library, choice: former }));
    throw asError(error);
  }
}

/** Changes what is used, and says where that fails. */
export const chooseOrSay = (change: Parameters<typeof choose>[0]): void => void choose(change).catch(sayError);

/** The visitor's files, which the engine of the tab opens. */
const tabShelf: Shelf = {
  isRemote: false,
  async open(choice, former) {
    for (const id of usedIds(choice)) await reopen(id);
    await openSource(sourceOf(libraryStore.get()));
    if (choice.model !== former.model || choice.vae !== former.vae) forgetTraces();
    if (choice.model !== former.model) await judgeFiles();
    void rememberHash(choice.model);
  },
  judge: judgeFiles,
};

let shelf = tabShelf;
/** The library of the tab while the page shows that of a server. */
let tabLibrary: Library | undefined;

/** Shows the items of a server, or again those of the tab. */
export function openShelf(next: Shelf | undefined): void {
  const library = libraryStore.get();
  if (!library.isRemote) tabLibrary = library;
  shelf = next ?? tabShelf;
  const { isRemote } = shelf;
  const remote: Library = { items: [], choice: noChoice, isOpening: false, isRemote };
  libraryStore.set(isRemote ? remote : (tabLibrary ?? remote));
}

let noteHash: (item: LibraryItem) => Promise<void> = async () => {};

/** Says where the hash of a model is kept for the next visit. */
export const setNoteHash = (work: typeof noteHash): void => {
  noteHash = work;
};

/** Puts down the hash of the model that draws. */
async function rememberHash(id: string | undefined): Promise<void> {
  if (id === undefined || itemOf(libraryStore.get(), id)?.hash) return;
  const hash = await modelHash().catch(() => undefined); // the engine says what went wrong
  const { choice, ...library } = libraryStore.get();
  const item = itemOf(library, id);
  if (!hash || !item || choice.model !== id) return;
  putItem({ ...item, hash });
  await noteHash({ ...item, hash });
}

/** Finds out which files fit the model of the page. */
export const judge = (): Promise<void> => shelf.judge();

let opening: Promise<unknown> = Promise.resolve();
let openings = 0;

/** Does something that the next image waits for. */
export async function whileOpening<T>(work: () => Promise<T>): Promise<T> {
  openings++;
  libraryStore.set((library) => ({ ...library, isOpening: true }));
  const result = work();
  opening = Promise.allSettled([opening, result]);
  try {
    return await result;
  } finally {
    openings--;
    libraryStore.set((library) => ({ ...library, isOpening: openings > 0 }));
  }
}

/** Ends when what was chosen is open, or has failed. */
export const whenOpened = async (): Promise<void> => void (await opening);

/** Makes an item of an earlier visit readable and checks it; items of this visit are. */
let reopen: (id: string) => Promise<unknown> = async () => {};

/** Says how items of earlier visits are made readable. */
export const setReopen = (work: typeof reopen): void => {
  reopen = work;
};

const usedIds = ({ model, vae, loras, embeddings, control }: Choice): readonly string[] =>
  [model, vae, ...Object.keys(loras), ...embeddings, control].filter((id) => id !== undefined);

const filesKey = ({ model, precision, vae, loras, embeddings, control }: Choice): string =>
  JSON.stringify([model, precision, vae, Object.keys(loras), embeddings, control]);

/** Draws with another model, without what stood beside the former one; undefined for the default model. */
export const chooseModel = (id: string | undefined, precision?: ModelPrecision): Promise<void> =>
  choose(() => ({ ...noChoice, model: id, precision }));

/** The files of what is chosen; undefined for the default model alone. */
function sourceOf({ items, choice }: Library) {
  const files = (id: string | undefined) => itemOf({ items }, id)?.files;
  const all = (ids: readonly string[]) => ids.flatMap((id) => files(id) ?? []);
  const { model, precision, vae, loras, embeddings, control } = choice;
  if (usedIds(choice).length === 0) return undefined;
  return {
    ...{ model: files(model), modelHash: itemOf({ items }, model)?.hash, vae: files(vae), precision },
    ...{ loras: all(Object.keys(loras)), embeddings: all(embeddings), controls: all(control ? [control] : []) },
  };
}

async function judgeFiles(): Promise<void> {
  const companions = libraryStore.get().items.flatMap((item) => companionOf(item) ?? []);
  if (companions.length === 0) return;
  const judged = { companions: companions.map(({ companion }) => companion) };
  const failures = await withEngine((engine) => engine.call("misfits", judged));
  const misfits = new Map(companions.map(({ id }, i) => [id, failures[i]?.message]));
  libraryStore.set((library) => ({
    ...library,
    items: library.items.map((item) => (misfits.has(item.id) ? { ...item, misfit: misfits.get(item.id) } : item)),
  }));
}

function companionOf({ id, files, report }: LibraryItem): { id: string; companion: Companion } | undefined {
  const { use } = report;
  return files && use !== "model" ? { id, companion: { use, files } } : undefined;
}

/** Embeddings with others, each of which takes the place of those that the same word calls. */
export function withEmbeddings(
  library: Pick<Library, "items">,
  former: readonly string[],
  added: readonly LibraryItem[],
): readonly string[] {
  return added.reduce<readonly string[]>((ids, { id, report: { words } }) => {
    const isOther = (other: string) => !itemOf(library, other)?.report.words.some((word) => words.includes(word));
    return [...ids.filter(isOther), id];
  }, former);
}

/** Adds what stands beside a model and says whether it fits; LoRAs and embeddings that do are used at once. Undefined where it was removed meanwhile. */
export async function addCompanion(item: LibraryItem): Promise<LibraryItem | undefined> {
  putItem(item);
  await judge();
  const judged = itemOf(libraryStore.get(), item.id);
  if (!judged || judged.misfit !== undefined) return judged;
  const { use } = item.report;
  if (use === "lora") await choose((choice) => ({ ...choice, loras: { ...choice.loras, [item.id]: 1 } }));
  if (use === "embedding")
    await choose((choice, library) => ({
      ...choice,
      embeddings: withEmbeddings(library, choice.embeddings, [item]),
    }));
  if (use === "vae") await choose((choice) => ({ ...choice, vae: item.id }));
  return judged;
}

/** Takes an item away; what is drawn with it goes back to the model's own. */
export async function removeItem(id: string): Promise<void> {
  await choose((choice) => without(choice, id));
  libraryStore.set((library) => ({ ...library, items: library.items.filter((item) => item.id !== id) }));
}

function without(choice: Choice, id: string): Choice {
  if (choice.model === id) return noChoice;
  const { [id]: _, ...loras } = choice.loras;
  return {
    ...{
      model: choice.model,
      precision: choice.precision,
      loras,
      embeddings: choice.embeddings.filter((other) => other !== id),
    },
    vae: choice.vae === id ? undefined : choice.vae,
    control: choice.control === id ? undefined : choice.control,
  };
}
