import { checkedFinite } from "../../diffusion/finite.ts";
import { noised } from "../../diffusion/process/forward.ts";
import { type Latent, lin, mapRows } from "../../diffusion/process/latent.ts";
import type { Projection } from "../../diffusion/scheduler.ts";
import { float32 } from "../../graph/host-tensor.ts";
import { sizeOf } from "../../graph/types.ts";
import type { NormalStream } from "../../math/random.ts";
import { concatFloat32 } from "../../util/concat.ts";
import { itemAt } from "../../util/items.ts";
import type { TextToImageNetwork } from "../network/network.ts";
import type { NoiseStreams } from "../text-to-image/noise.ts";
import { type ClipShape, channelsFirst, frameOf } from "./clip-shape.ts";
import { clipNoise } from "./frame-noise.ts";
import type { TextToVideoPlan } from "./plan.ts";

/** The start of a batch of clips. */
export interface InitialClips {
  /** [rows, c, f, h, w] at the plan's level `begin`. */
  readonly x: Latent;
  /** The standard normals that x was made with. */
  readonly eps: Latent;
  /** Holds the first frame, where the plan has one. */
  readonly project?: Projection | undefined;
}

/** Options of `initialClips`. */
export interface InitialClipsOptions {
  readonly network: TextToImageNetwork;
  readonly streams: readonly NoiseStreams[];
  readonly signal?: AbortSignal | undefined;
}

/** Frames whose posterior is drawn in one call, as in diffusers. */
const CHUNK = 16;

/** Draws the initial latents of a batch of clips: noise, or the frames of `init` with the noise of the first level. */
export async function initialClips(plan: TextToVideoPlan, options: InitialClipsOptions): Promise<InitialClips> {
  const clips: Omit<InitialClips, "project">[] = [];
  const originals: Latent[] = [];
  for (const { start } of options.streams) {
    const original = plan.init && (await encodedClip(plan, plan.init, { ...options, stream: start }));
    const eps = original ? frameMajorNoise(start, plan.clipShape) : clipNoise(start, plan);
    const isNoise = !original || plan.strength === 1;
    const scale = plan.scheduler.initialNoiseScale(plan.scheduler.path(plan.steps));
    clips.push({
      eps,
      x: isNoise ? lin([scale, eps]) : noised(itemAt(plan.levels, plan.begin), { x0: original, eps }),
    });
    if (original) originals.push(original);
  }
  const eps = concatFloat32(clips.map((clip) => clip.eps));
  const hold = plan.holdsFirst
    ? heldFrame(
        plan.clipShape,
        originals,
        clips.map((clip) => clip.eps),
      )
    : undefined;
  const x = concatFloat32(clips.map((clip) => clip.x));
  return { eps, x: hold ? hold(x, itemAt(plan.levels, plan.begin)) : x, project: hold };
}

/** Normals of a clip, drawn frame by frame as diffusers does for a clip to begin with: [c, f, h, w]. */
function frameMajorNoise(stream: NormalStream, shape: ClipShape): Float32Array {
  const drawn = stream.randn(sizeOf(shape));
  return channelsFirst(drawn, shape);
}

interface EncodeOptions extends Omit<InitialClipsOptions, "streams"> {
  readonly stream: NormalStream;
}

/** The latent of a clip, frame by frame; equal frames are encoded once where nothing is drawn. */
async function encodedClip(
  { clipShape, width, height }: TextToVideoPlan,
  frames: readonly Float32Array[],
  { network, stream, signal }: EncodeOptions,
): Promise<Latent> {
  const [channels, , h, w] = clipShape;
  const size = channels * h * w;
  const latents: Float32Array[] = [];
  for (let first = 0; first < frames.length; first += CHUNK) {
    const chunk = frames.slice(first, first + CHUNK);
    const noise = network.posterior ? stream.randn(chunk.length * size) : new Float32Array(0);
    for (const [k, values] of chunk.entries()) {
      checkedFinite(values, () => ({ cause: "start", what: `frame ${first + k}` }));
      const [image, draw] = [float32([1, 3, height, width], values), noise.slice(k * size, (k + 1) * size)];
      const latent = await network.encodeImage(image, float32([1, channels, h, w], draw), { signal });
      latents.push(
        checkedFinite(latent, () => ({ cause: "encoder", what: `the latent of a finite frame ${first + k}` })),
      );
    }
  }
  return channelsFirst(concatFloat32(latents), clipShape);
}

/** Keeps the first frame of each clip at its own latent with the clip's noise. */
function heldFrame(shape: ClipShape, originals: readonly Latent[], eps: readonly Latent[]): Projection {
  const [channels, frames, height, width] = shape;
  const plane = height * width;
  const firstFrames = originals.map((original, k) => ({
    x0: frameOf(original, 0, shape),
    eps: frameOf(itemAt(eps, k), 0, shape),
  }));
  return (x, level) =>
    mapRows(x, firstFrames.length, (row, k) => {
      const first = noised(level, itemAt(firstFrames, k));
      const out = row.slice();
      for (let c = 0; c < channels; c++) out.set(first.subarray(c * plane, (c + 1) * plane), c * frames * plane);
      return out;
    });
}
