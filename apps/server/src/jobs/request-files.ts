import { randomInt } from "node:crypto";
import type { Seed } from "aquatint";
import type { GenerateOptions } from "aquatint/node";
import type { PromptRequest } from "./fields.ts";
import type { KindContext } from "./kind.ts";
import { promptNetworks } from "./prompt-networks.ts";

/** The files that a request names, and its prompts without the names of networks. */
export interface RequestFiles {
  /** Name of the model in the catalog. */
  readonly name: string;
  readonly open: Pick<GenerateOptions, "model" | "variant" | "vae" | "loras" | "embeddings" | "controlNets">;
  readonly prompts: { readonly prompt: string; readonly negative: string };
}

type NamedFiles = PromptRequest & { readonly controls?: readonly { readonly model: string }[] };

/** Finds the files of a request in the model folders; no field of it is a path. @throws AquatintError "model/unknown". */
export async function requestFiles(request: NamedFiles, { models }: KindContext): Promise<RequestFiles> {
  const { promptSyntax, vae, controls = [] } = request;
  const parts = [request.prompt, request.negative].map((text) =>
    promptSyntax === "a1111" ? promptNetworks(text) : { prompt: text, loras: [] },
  );
  const [prompt = "", negative = ""] = parts.map((part) => part.prompt);
  const loras = [...request.loras, ...parts.flatMap((part) => part.loras)];
  const model = await models.find("model", request.model);
  return {
    name: model.name,
    prompts: { prompt, negative },
    open: {
      model: model.path,
      variant: model.variant,
      vae: vae === undefined ? undefined : (await models.find("vae", vae)).path,
      loras: await Promise.all(
        loras.map(async ({ name, scale }) => ({ file: (await models.find("lora", name)).path, scale })),
      ),
      controlNets: await Promise.all(controls.map(async ({ model }) => (await models.find("controlnet", model)).path)),
      embeddings: await calledEmbeddings(`${prompt} ${negative}`, models),
    },
  };
}

/** The embeddings whose words are in the prompts. */
async function calledEmbeddings(text: string, models: KindContext["models"]) {
  const lower = text.toLowerCase();
  const all = await models.list("embedding");
  return all
    .filter(({ name }) => lower.includes(name.toLowerCase()))
    .map(({ path, name }) => ({ file: path, word: text.includes(name) ? name : wordIn(text, name) }));
}

/** The word as the prompt writes it. */
const wordIn = (text: string, name: string): string => {
  const at = text.toLowerCase().indexOf(name.toLowerCase());
  return text.slice(at, at + name.length);
};

/** A seed as the library takes it. */
export const seedOf = (seed: PromptRequest["seed"]): Seed => (typeof seed === "string" ? BigInt(seed) : (seed ?? 0));

/** A new seed. */
export const newSeed = (): number => randomInt(2 ** 32);
