import { type Picture, tensorToPictures } from "../formats/image.ts";
import { torchCpu } from "../math/random.ts";
import type { OpenFamily, Walk } from "./family.ts";
import { nearestOf } from "./nearest.ts";
import { spherical } from "./spherical.ts";

/** Samples that the report shows, never picked out: the first ones. */
export const SHOWN = 32;
/** Pictures whose nearest neighbours are shown. */
export const NEIGHBOURS = 8;
const STATIONS = 9;
const WAYS = 3;
/** Seed of the ends of the interpolations. */
const ENDS_SEED = 4_000_037;

type Size = readonly [height: number, width: number];
const picturesOf = (values: Float32Array, [height, width]: Size) => tensorToPictures(values, { height, width });

/** What a model's interpolations are made with. */
export interface InterpolationInput {
  readonly family: OpenFamily;
  readonly walk: Walk;
  /** What the pictures on a way show, a way each. */
  readonly captions: readonly string[];
  readonly size: Size;
  readonly signal?: AbortSignal | undefined;
}

/** Ways from one vector to another along the sphere, a row of pictures each. */
export async function interpolations({ family, walk, captions, size, signal }: InterpolationInput) {
  const random = torchCpu(ENDS_SEED);
  const rows: (readonly Picture[])[] = [];
  for (const caption of captions) {
    const [from, to] = [random.randn(family.latentSize), random.randn(family.latentSize)];
    const z = new Float32Array(STATIONS * family.latentSize);
    for (let i = 0; i < STATIONS; i++) z.set(spherical(from, to, i / (STATIONS - 1)), i * family.latentSize);
    const values = await walk.draw({ z, captions: Array.from({ length: STATIONS }, () => caption), signal });
    rows.push(picturesOf(values, size));
  }
  return rows;
}

/** The first captions that ask for different things. */
export function differentCaptions(captions: readonly string[], names: readonly string[]): readonly string[] {
  const firsts = captions.filter((_, i) => names.indexOf(names[i]!) === i);
  return firsts.slice(0, WAYS);
}

/** Pictures and the nearest of training, in two rows. */
export interface NeighbourRows {
  readonly rows: readonly [made: readonly Picture[], nearest: readonly Picture[]];
  /** Of every picture that was looked at: root mean squared differences. */
  readonly distances: readonly number[];
}

/** Looks for the nearest training pictures of the first `SHOWN` pictures, of which `NEIGHBOURS` are shown. */
export function neighbourRows(values: Float32Array, training: Float32Array, size: Size): NeighbourRows {
  const length = 3 * size[0] * size[1];
  const clamped = values.slice(0, SHOWN * length).map((v) => Math.min(1, Math.max(-1, v)));
  const found = nearestOf(clamped, training, length);
  const shown = found.slice(0, NEIGHBOURS);
  const nearest = shown.flatMap(({ index }) => picturesOf(training.slice(index * length, (index + 1) * length), size));
  return {
    rows: [picturesOf(clamped.slice(0, shown.length * length), size), nearest],
    distances: found.map(({ distance }) => distance),
  };
}
