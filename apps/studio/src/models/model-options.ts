import { AquatintError } from "aquatint";
import { type NetworkCall, withoutNetworks } from "aquatint/formats";
import { openEngine } from "../engine/engine-store.ts";
import type { ClipOptions, DrawOptions } from "../engine/protocol.ts";
import { stemOf } from "../model-files/file-set.ts";
import { controlStore } from "./control-store.ts";
import {
  type Choice,
  choose,
  fitting,
  itemOf,
  type LibraryItem,
  libraryStore,
  whenOpened,
  withEmbeddings,
} from "./library.ts";

/**
 * Options of an image with the visitor's LoRAs and ControlNet. `<lora:name:0.8>` in the prompt is taken out, and its scale
 * counts in place of the slider's. @throws AquatintError "studio/no-lora" where there is none of the name.
 */
export async function modelOptions(options: DrawOptions): Promise<DrawOptions> {
  const adapted = await adaptedOptions(options);
  return { ...adapted, ...chosenControls() };
}

/** As `modelOptions`, for a clip. @throws AquatintError "studio/clip-control" where a ControlNet is chosen. */
export async function clipModelOptions(options: ClipOptions): Promise<ClipOptions> {
  const adapted = await adaptedOptions(options);
  if (libraryStore.get().choice.control === undefined) return adapted;
  throw new AquatintError("studio/clip-control", "the page makes no clips with a ControlNet", {
    hint: "take None as the ControlNet in the settings, or make the clip with `aquatint video`",
  });
}

type Prompts = Pick<DrawOptions, "negative"> & { readonly prompt: string };

async function adaptedOptions<T extends Prompts>(options: T): Promise<T> {
  if (libraryStore.get().items.length === 0) return options;
  await whenOpened();
  const { prompt, networks } = withoutNetworks(options.prompt);
  const called = new Map(networks.filter(({ kind }) => kind === "lora").map((call) => [loraNamed(call).id, call]));
  await choose((choice) => withCalled(choice, [...called.keys()], `${prompt} ${options.negative ?? ""}`));
  await openEngine();
  return { ...options, prompt, ...chosenScales(called) };
}

/** A choice with the LoRAs that a text calls and the embeddings whose words are in it: a model of another visit, or another model, has none yet. */
function withCalled(choice: Choice, ids: readonly string[], text: string): Choice {
  const library = libraryStore.get();
  const absent = ids.filter((id) => !(id in choice.loras));
  const isCalled = ({ id, report }: LibraryItem) =>
    !choice.embeddings.includes(id) && report.words.some((word) => text.includes(word));
  const inUse = new Set(choice.embeddings.flatMap((id) => itemOf(library, id)?.report.words ?? []));
  const embeddings = fitting(library, "embedding").filter(
    (item) => isCalled(item) && !item.report.words.some((word) => inUse.has(word)),
  );
  return {
    ...choice,
    embeddings: withEmbeddings(library, choice.embeddings, embeddings),
    loras: { ...choice.loras, ...Object.fromEntries(absent.map((id) => [id, 0])) },
  };
}

function chosenScales(called: ReadonlyMap<string, NetworkCall>) {
  const { loras } = libraryStore.get().choice;
  const loraScales = Object.entries(loras).map(([id, scale]) => called.get(id)?.scale ?? scale);
  return loraScales.length > 0 ? { loraScales } : {};
}

function chosenControls(): Pick<DrawOptions, "controls"> {
  const { choice } = libraryStore.get();
  const { image, scale } = controlStore.get();
  if (!choice.control) return {};
  if (image) return { controls: [{ image, scale }] };
  throw new AquatintError("studio/no-control-image", "the ControlNet has no image to follow", {
    hint: "choose its image in the settings, or take None as the ControlNet",
  });
}

function loraNamed({ name, text }: NetworkCall): LibraryItem {
  const library = libraryStore.get();
  const loras = library.items.filter(({ report }) => report.use === "lora");
  const same = (item: LibraryItem) => stemOf(item.name).toLowerCase() === name.toLowerCase();
  const item = fitting(library, "lora").find(same) ?? loras.find(same);
  if (item && fitting(library, "lora").includes(item)) return item;
  if (item) {
    throw new AquatintError("studio/lora-misfit", `the LoRA "${name}" of the prompt does not fit this model`, {
      hint: itemOf(library, item.id)?.misfit,
    });
  }
  throw new AquatintError("studio/no-lora", `the prompt calls the LoRA "${text}", and there is none of that name`, {
    hint: "drop its file on the page, or take <lora:…> out of the prompt",
  });
}
