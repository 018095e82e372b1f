import { planTextToImage, type TextToImageModel, textToImage, textToImageNetwork } from "aquatint";
import type { Latent } from "aquatint/diffusion";
import type { Image } from "aquatint/formats";
import { float32Data } from "aquatint/graph";
import type { EncodedCaptions } from "aquatint/pipelines";
import type { FileSet } from "../../../model-files/file-set.ts";
import { once, openHosted } from "../../model/lecture-model.ts";
import { type OpenedCheckpoint, openCheckpoint } from "./open-checkpoint.ts";
import type { PartTimes } from "./parts.ts";
import { type NetworkListener, timedNetwork } from "./timed-network.ts";

/** Input of the figure. */
export interface MakeParams {
  /** The address of the site. */
  readonly root: string;
  /** The visitor's checkpoint; the host's model if absent. */
  readonly checkpoint: FileSet | undefined;
  readonly prompt: string;
  readonly steps: number;
  readonly seed: number;
}

/** A token of the prompt, start and end included. */
export interface PromptToken {
  readonly id: number;
  /** Its part of the prompt; the names of the tokens that begin and end it. */
  readonly text: string;
}

/** The states of the text encoder for the prompt, [tokens, width]. */
export interface TextStates {
  readonly tokens: number;
  readonly width: number;
  readonly values: Float32Array;
}

/** Latents [channels, height, width] from the initial noise on. */
export interface LatentSteps {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly steps: readonly Latent[];
}

/** An image on its way through the parts. */
export interface MakeState {
  readonly tokens: readonly PromptToken[];
  /** Tokens that the text encoder reads, padding included. */
  readonly context: number;
  readonly text: TextStates | undefined;
  readonly latents: LatentSteps;
  readonly n: number;
  readonly image: Image | undefined;
  readonly times: PartTimes;
}

/** Tokens of a prompt as the text encoder reads them, without padding. */
export function promptTokens([tokenizer]: TextToImageModel["tokenizers"], prompt: string): readonly PromptToken[] {
  if (!tokenizer) return [];
  const { startTokenId, endTokenId, modelMaxLength } = tokenizer;
  const ids = tokenizer.encode(prompt);
  const fitting = ids.length > modelMaxLength ? [...ids.slice(0, modelMaxLength - 1), endTokenId] : ids;
  const textOf = (id: number) => (id === startTokenId ? "start" : id === endTokenId ? "end" : tokenizer.decode([id]));
  return fitting.map((id) => ({ id, text: textOf(id) }));
}

/** The states of the last caption: the prompt's. */
export function promptStates({ context }: EncodedCaptions): TextStates {
  const [, tokens = 0, width = 0] = context.shape;
  const data = float32Data(context);
  return { tokens, width, values: data.slice(data.length - tokens * width) };
}

let root = "";
const silent: NetworkListener = { onTime: () => {}, onText: () => {} };
let listener = silent;

/** Opens the host's model and runs each part once, so that what is measured later is the work and not the preparation. */
const openedDefault = once(async (): Promise<OpenedCheckpoint> => {
  const { model, runtime } = await openHosted("model", root);
  const network = textToImageNetwork({ runtime, modules: model.modules, ...(await model.binding()) });
  const plan = await planTextToImage(model, { prompt: "", steps: 1 });
  for await (const _ of textToImage(network, plan));
  return { model, networkFor: async () => network, release: async () => {} };
});

let visitors: { readonly files: FileSet; readonly opened: OpenedCheckpoint } | undefined;

/** The visitor's checkpoint, which is kept until another one comes. */
async function openedFiles(files: FileSet): Promise<OpenedCheckpoint> {
  if (visitors?.files === files) return visitors.opened;
  await visitors?.opened.release();
  visitors = undefined;
  visitors = { files, opened: await openCheckpoint(files) };
  return visitors.opened;
}

/** Hears how long the parts of one image take, and what the text encoder says. */
class Recorder implements NetworkListener {
  times: PartTimes = { tokens: 0, text: 0, latents: 0, decoder: 0 };
  text: TextStates | undefined;

  onTime(part: keyof PartTimes, milliseconds: number): void {
    this.times = { ...this.times, [part]: this.times[part] + milliseconds };
  }

  onText(states: EncodedCaptions): void {
    this.text = promptStates(states);
  }
}

async function* making(
  { model, networkFor }: OpenedCheckpoint,
  { prompt, steps, seed }: MakeParams,
  signal: AbortSignal,
): AsyncGenerator<MakeState> {
  const recorder = new Recorder();
  listener = recorder;
  const start = performance.now();
  const tokens = promptTokens(model.tokenizers, prompt);
  recorder.onTime("tokens", performance.now() - start);
  const options = { prompt, steps, seed };
  const plan = await planTextToImage(model, options);
  const [channels, height, width] = plan.latentShape;
  const network = timedNetwork(await networkFor(plan, options), () => listener);
  const latents: Latent[] = [];
  const context = model.tokenizers[0]?.modelMaxLength ?? 0;
  const state = (image?: Image): MakeState => ({
    ...{ tokens, context, n: steps, image, text: recorder.text, times: recorder.times },
    latents: { channels, height, width, steps: [...latents] },
  });
  yield state();
  for await (const event of textToImage(network, plan, { signal })) {
    if (event.type === "evaluation" && event.final) latents.push(event.latent);
    yield state(event.type === "image" ? event.image : undefined);
  }
}

/** What the figure computes. */
export const jobs = {
  /** An image of the prompt, part by part, with the time of each. */
  async *make(params: MakeParams, signal: AbortSignal): AsyncGenerator<MakeState> {
    root = params.root;
    const { checkpoint } = params;
    yield* making(await (checkpoint ? openedFiles(checkpoint) : openedDefault()), params, signal);
  },
};
