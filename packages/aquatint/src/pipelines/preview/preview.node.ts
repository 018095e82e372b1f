import { bindWeights } from "../../checkpoints/bind-weights.ts";
import { openModel } from "../../checkpoints/open.node.ts";
import { compile } from "../../compiler/compile.ts";
import { AquatintError } from "../../errors.ts";
import { tensorToImage } from "../../formats/image/image.ts";
import { float32Data } from "../../graph/host-tensor.ts";
import { parameters } from "../../nn/module.ts";
import { input } from "../../ops/leaves.ts";
import type { Program, Runtime } from "../../runtime/types.ts";
import type { TextToImageModel } from "../model/model-folder.ts";
import { modelPreviewer, type Previewer } from "./preview.ts";

/** Previews of x_0 while sampling: "auto" is "linear" where the model's map is known, else "off". */
export const previewKinds = ["off", "auto", "linear", "taesd"] as const;
/** The name of a way to show x_0. */
export type PreviewKind = (typeof previewKinds)[number];

/** Options of previews. */
export interface PreviewOptions {
  /** "off" when absent, "taesd" where `previewModel` is given. */
  readonly preview?: PreviewKind | undefined;
  /** Folder or file of a tiny autoencoder (TAESD) of the model's latents. */
  readonly previewModel?: string | undefined;
}

/** Makes a previewer on the runtime of a run; its programs end with the runtime. */
export type PreparedPreview = (runtime: Runtime) => Previewer;

const previewError = (kind: string, message: string, hint: string) =>
  new AquatintError(`preview/${kind}`, message, { hint });

/** Checks that a model's x_0 can be shown in the way that was chosen, before anything is loaded. @throws AquatintError "preview/…". */
export function preparePreview(
  model: TextToImageModel,
  { previewModel, preview = previewModel === undefined ? "off" : "taesd" }: PreviewOptions,
): Promise<PreparedPreview | undefined> {
  return prepare[preview](model, previewModel);
}

type Prepare = (model: TextToImageModel, path: string | undefined) => Promise<PreparedPreview | undefined>;

const auto: Prepare = async (model) => {
  const previewer = modelPreviewer(model);
  return previewer && (() => previewer);
};

const prepare: Readonly<Record<PreviewKind, Prepare>> = {
  off: async () => undefined,
  auto,
  async linear(model, path) {
    const previewer = await auto(model, path);
    if (previewer) return previewer;
    const message = `${model.name} is of no known family, and its autoencoder does not say how its latents look`;
    throw previewError("linear", message, "show a TAESD (--preview-model PATH), or nothing (--preview off)");
  },
  async taesd({ modules }, path) {
    if (path === undefined) {
      const hint = "fetch one (aquatint pull madebyollin/taesd) and name it: --preview-model PATH";
      throw previewError("model", "a preview by TAESD needs the tiny autoencoder", hint);
    }
    const decoder = await openTiny(path);
    const { latent_channels, decoder_block_out_channels, upsampling_scaling_factor } = decoder.config;
    const factor = upsampling_scaling_factor ** (decoder_block_out_channels.length - 1);
    if (latent_channels !== modules.channels || factor !== modules.factor) {
      const of = (channels: number, times: number) => `latents of ${channels} channels, ${times} times smaller`;
      const message = `${path} shows ${of(latent_channels, factor)}, the model has ${of(modules.channels, modules.factor)}`;
      throw previewError("model", message, "take the TAESD of the model's family");
    }
    return (runtime) => tinyPreview(decoder, { runtime, factor });
  },
};

/** A tiny autoencoder with the places of its decoder's weights. */
async function openTiny(path: string) {
  const component = (await openModel(path)).components.get("vae");
  if (component?.className !== "AutoencoderTiny") {
    const content = component ? `an ${component.className}` : "no autoencoder";
    throw previewError("model", `${path} holds ${content}, expected an AutoencoderTiny`, "take madebyollin/taesd");
  }
  const { AutoencoderTiny, parseAutoencoderTinyConfig } = await import("../../models/autoencoder-tiny/index.ts");
  const { config, decode } = AutoencoderTiny(parseAutoencoderTinyConfig(component.config));
  return { config, decode, binding: await bindWeights(parameters({ decoder: decode }), component.weights) };
}

type Tiny = Awaited<ReturnType<typeof openTiny>>;

/** Previews in full size; a program is made when the first latent of a size comes. */
function tinyPreview(
  { decode, binding }: Tiny,
  { runtime, factor }: { readonly runtime: Runtime; readonly factor: number },
): Previewer {
  const programs = new Map<string, Promise<Program<"output">>>();
  return async (x0, latentShape) => {
    const shape = [1, ...latentShape];
    const key = String(shape);
    const trace = () => decode(input({ name: "x", dtype: "float32", shape }));
    const loading = programs.get(key) ?? runtime.load(compile({ outputs: { output: trace() }, ...binding }));
    programs.set(key, loading);
    const [channels, h, w] = latentShape;
    const data = x0.slice(0, channels * h * w);
    const { output } = await (await loading).run({ x: { dtype: "float32", shape, data } });
    return tensorToImage(float32Data(output), { width: factor * w, height: factor * h });
  };
}
