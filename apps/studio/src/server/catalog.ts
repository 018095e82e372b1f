import { serverModelStore } from "../engine/server-model.ts";
import type { FileUse } from "../model-files/report.ts";
import { type Choice, type LibraryItem, libraryStore, type Shelf } from "../models/library.ts";
import { readLocal, writeLocal } from "../state/local.ts";
import { callJson } from "./call.ts";
import { type Catalog, catalogStore, noCatalog } from "./catalog-store.ts";

/** What a model of the server is, and what fits it. */
interface ModelAnswer {
  readonly name: string;
  readonly family: string | null;
  readonly settings: Parameters<typeof serverModelStore.set>[0] & object;
  readonly loras: readonly string[];
  readonly embeddings: readonly string[];
  readonly controlNets: readonly string[];
  readonly vaes: readonly string[];
}

const MODEL_KEY = "aquatint-server-model";
const answers = new Map<string, ModelAnswer>();

/** The models of the server, and what stands beside them. */
export const serverShelf: Shelf = {
  isRemote: true,
  async open(choice, former) {
    if (choice.model !== former.model) await openModel(choice.model);
  },
  judge: async () => {},
};

/** Lists what the server has, and opens the model of the last visit or the server's first. */
export async function openCatalog(): Promise<void> {
  const { files } = await callJson<Catalog>("v1/capabilities");
  catalogStore.set({ files: { ...noCatalog.files, ...files } });
  const last = readLocal(MODEL_KEY);
  await openModel(files.model.includes(last ?? "") ? (last ?? undefined) : files.model[0]);
}

/** Forgets what the server has. */
export function closeCatalog(): void {
  answers.clear();
  catalogStore.set(noCatalog);
  serverModelStore.set(undefined);
}

async function openModel(model: string | undefined): Promise<void> {
  if (model === undefined) return;
  const answer = answers.get(model) ?? (await callJson<ModelAnswer>(`v1/model?name=${encodeURIComponent(model)}`));
  answers.set(model, answer);
  writeLocal(MODEL_KEY, model);
  serverModelStore.set(answer.settings ?? undefined);
  const items = itemsOf(catalogStore.get(), answer);
  libraryStore.set((library) => ({ ...library, items, choice: fittingChoice({ ...library.choice, model }, items) }));
}

/** A choice without what does not fit. */
function fittingChoice({ model, vae, loras, control }: Choice, items: readonly LibraryItem[]): Choice {
  const fits = (id: string | undefined) => items.some((item) => item.id === id && item.misfit === undefined);
  return {
    model,
    embeddings: [],
    vae: fits(vae) ? vae : undefined,
    control: fits(control) ? control : undefined,
    loras: Object.fromEntries(Object.entries(loras).filter(([id]) => fits(id))),
  };
}

function itemsOf({ files }: Catalog, answer: ModelAnswer): readonly LibraryItem[] {
  const entry =
    (use: FileUse, fitting?: readonly string[]) =>
    (name: string): LibraryItem => ({
      ...{ id: name, name, files: undefined },
      report: {
        ...{ use, bytes: 0, parts: [], notes: [], words: use === "embedding" ? [name] : [] },
        family: name === answer.name ? (answer.family ?? undefined) : undefined,
      },
      ...(fitting && !fitting.includes(name) && { misfit: "it is for another family" }),
    });
  return [
    ...files.model.map(entry("model")),
    ...files.lora.map(entry("lora", answer.loras)),
    ...files.embedding.map(entry("embedding", answer.embeddings)),
    ...files.controlnet.map(entry("controlnet", answer.controlNets)),
    ...files.vae.map(entry("vae", answer.vaes)),
  ];
}
