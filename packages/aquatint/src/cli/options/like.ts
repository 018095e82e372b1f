import type { Command } from "commander";
import { AquatintError } from "../../errors.ts";
import { modelHash } from "../../pipelines/metadata/model-hash.node.ts";
import { SHORT_HASH } from "../../pipelines/metadata/parameters.ts";
import { type ClipRequest, fromMetadata, type GenerationRequest } from "../../pipelines/metadata/reproduce.ts";
import type { TextToImageModel } from "../../pipelines/model/model-folder.ts";
import type { TextToImageOptions } from "../../pipelines/text-to-image/options.ts";
import type { TextToImagePlan } from "../../pipelines/text-to-image/plan.ts";
import { metadataIn } from "../commands/info.ts";
import type { Io } from "../io.ts";
import { printable } from "../terminal/escape.ts";
import type { CheckpointFlags } from "./checkpoint.ts";

/** Reader of an option's value from the metadata of an image. */
export interface MetadataOptions<T> {
  readonly prompt: string;
  /** The command's options, completed from the image where none was given. */
  readonly flags: T;
  readonly like: GenerationRequest;
}

/** The prompt and options in the metadata of the `--like` file; what it says besides goes to stderr. */
export async function metadataOptions<T extends Pick<CheckpointFlags, "lora">>(
  path: string,
  flags: T,
  { command, io, clips }: { readonly command: Command; readonly io: Io; readonly clips: boolean },
): Promise<MetadataOptions<T>> {
  const like = fromMetadata(await metadataIn(path, io.cwd), { name: path, loras: flags.lora });
  checkKind(like, { path, clips, io });
  const isGiven = (key: string) =>
    [key, ...(governing[key] ?? [])].some((option) => command.getOptionValueSource(option) === "cli");
  const { prompt, ...options } = {
    ...flagsOf(clips ? stillOnly(like.options, io) : like.options),
    ...(like.clip && clipFlagsOf(like.clip)),
    fewSteps: like.fewSteps,
  };
  const completed = Object.entries(options).filter(([key, value]) => value !== undefined && !isGiven(key));
  for (const note of like.notes) io.stderr.write(`note: ${printable(note)}\n`);
  return { prompt, flags: { ...flags, ...Object.fromEntries(completed) }, like };
}

/** Options without those that images alone have; which were there goes to stderr. */
function stillOnly({ hires, variation, ...options }: TextToImageOptions, { stderr }: Io): TextToImageOptions {
  const names = Object.entries({ hires, variation }).flatMap(([name, value]) => (value ? [name] : []));
  if (names.length > 0) stderr.write(`note: clips have no ${names.join(" and no ")}, which the image had\n`);
  return options;
}

/** Refuses a clip where one image is made; says where a clip is made of an image's settings. @throws AquatintError "like/clip". */
function checkKind(
  { clip }: GenerationRequest,
  { path, clips, io }: { readonly path: string; readonly clips: boolean; readonly io: Io },
): void {
  if (clip && !clips) {
    throw new AquatintError("like/clip", `${path} is a clip of ${clip.frames} frames, and this command makes images`, {
      hint: `make the clip again: aquatint video --like ${path}`,
    });
  }
  if (!clip && clips) io.stderr.write("note: the settings are those of an image: the clip's own are the usual ones\n");
}

/** Options that mean something beside another one alone: where that is given, theirs is not taken over. */
const governing: Readonly<Record<string, readonly string[]>> = {
  clipSkipRule: ["clipSkip"],
  emphasis: ["promptSyntax"],
  hiresStrength: ["hires"],
  hiresSteps: ["hires"],
  variationSeed: ["variationStrength"],
};

/** Options under the names of the command's flags. */
const flagsOf = ({ width, height, hires, variation, ...options }: TextToImageOptions) => ({
  ...options,
  ...(hires && { hires: hires.scale, hiresStrength: hires.strength, hiresSteps: hires.steps }),
  ...(variation && { variationStrength: variation.strength, variationSeed: variation.seed }),
  size: width !== undefined && height !== undefined ? { width, height } : undefined,
});

/** Settings of a clip under the names of the flags of `aquatint video`. */
const clipFlagsOf = ({ windows, ...clip }: ClipRequest) => ({
  ...clip,
  ...{ context: windows?.length, contextStride: windows?.stride, contextWeights: windows?.weighting },
  ...{ closedLoop: windows?.closed, lastWindow: windows?.lastWindow },
});

/** Whose model is compared with the image's. */
export interface Compared {
  readonly model: TextToImageModel;
  /** True if the model was named. */
  readonly explicit: boolean;
  readonly io: Io;
}

/** Says on stderr that the image was made without the padding that its prompts get here. */
export function notePadding(
  like: GenerationRequest,
  { conditioning }: Pick<TextToImagePlan, "conditioning">,
  { stderr }: Io,
): void {
  if (like.paddedChunks !== false || !conditioning.paddedChunks) return;
  stderr.write(
    'note: made with "Pad conds" off: the shorter prompt is padded here, which changes the image a little\n',
  );
}

/**
 * Compares the model with the one that made the image. A named model may be another, which is said on stderr; the default
 * model may not. @throws AquatintError "like/model".
 */
export async function checkSameModel(like: GenerationRequest, { model, explicit, io }: Compared): Promise<void> {
  const expected = like.modelHash;
  const what = like.clip ? "the clip" : "the image";
  const called = printable(like.model ?? "a model without a name");
  if (expected === undefined) {
    if (!explicit) io.stderr.write(`note: ${what} was made by ${called}, the default model may make another\n`);
    return;
  }
  const actual = await modelHash(model);
  if (actual?.startsWith(expected.toLowerCase())) return;
  const short = (hash: string | undefined) => (hash ? ` (${printable(hash.slice(0, SHORT_HASH))})` : "");
  const message = `${what} was made by ${called}${short(expected)}`;
  if (!explicit) {
    throw new AquatintError("like/model", `${message}, which is not the default model${short(actual)}`, {
      hint: "name the model that made it: --model PATH; another one makes something else",
    });
  }
  io.stderr.write(`note: ${message}; this one${short(actual)} makes another\n`);
}
