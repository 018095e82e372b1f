import { type Image, tensorToImages } from "aquatint/formats";
import { torchCpu } from "aquatint/math";
import { itemAt } from "aquatint/util";
import type { OpenedModel, Sampling } from "./model-kind.ts";
import { spherical } from "./spherical.ts";

/** Samples that the report shows, never picked out: the first ones. */
export const SAMPLE_COUNT = 32;
/** Images whose nearest neighbors are shown. */
export const NEIGHBORS = 8;
const STATIONS = 9;
const WAYS = 3;
/** Seed of the ends of the interpolations. */
const ENDS_SEED = 4_000_037;

type Size = readonly [height: number, width: number];
const imagesOf = (values: Float32Array, [height, width]: Size) => tensorToImages(values, { height, width });

/** Input of a model's interpolations. */
export interface InterpolationInput {
  readonly family: OpenedModel;
  readonly sampling: Sampling;
  /** Captions of the images on a way, a way each. */
  readonly captions: readonly string[];
  readonly size: Size;
  readonly signal?: AbortSignal | undefined;
}

/** Ways from one vector to another along the sphere, a row of images each. */
export async function interpolations({ family, sampling, captions, size, signal }: InterpolationInput) {
  const random = torchCpu(ENDS_SEED);
  const rows: (readonly Image[])[] = [];
  for (const caption of captions) {
    const [from, to] = [random.randn(family.latentSize), random.randn(family.latentSize)];
    const z = new Float32Array(STATIONS * family.latentSize);
    for (let i = 0; i < STATIONS; i++) z.set(spherical(from, to, i / (STATIONS - 1)), i * family.latentSize);
    const values = await sampling.draw({ z, captions: Array.from({ length: STATIONS }, () => caption), signal });
    rows.push(imagesOf(values, size));
  }
  return rows;
}

/** The first captions that ask for different things. */
export function differentCaptions(captions: readonly string[], names: readonly string[]): readonly string[] {
  const firsts = captions.filter((_, i) => names.indexOf(itemAt(names, i)) === i);
  return firsts.slice(0, WAYS);
}
