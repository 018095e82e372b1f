import { type NamedPoint, type Placed, pointsOf, spherical, trilemma } from "@aquatint/lab/compare";
import { webRuntime } from "aquatint/web";
import { engineThreads } from "../../../engine/device.ts";
import { hostedFolder } from "../../model/hosted-folder.ts";
import { once } from "../../model/lecture-model.ts";
import { captions, type FamilyName, familyNames, type Measurement, POSITIONS, families as titles } from "./families.ts";
import { type Families, latents, openFamilies, wayOf } from "./models.ts";

/** Input of every job. */
interface Params {
  /** The address of the site. */
  readonly root: string;
}

/** Input of the images of all captions. */
export interface SamplesParams extends Params {
  /** Of the diffusion model. */
  readonly steps: number;
  readonly seed: number;
}

/** Images of a model as they come. */
export interface FamilySamples {
  /** [3, side, side] for each caption so far. */
  readonly images: readonly Float32Array[];
  /** The fastest of these images. */
  readonly seconds: number;
  /** Evaluations of the network for an image. */
  readonly evaluations: number;
}

/** What the figure of samples shows. */
export type SamplesState = Readonly<Partial<Record<FamilyName, FamilySamples>>>;

/** Input of a walk between two latent vectors. */
export interface WalkParams extends Params {
  readonly caption: string;
  readonly from: number;
  readonly to: number;
  readonly steps: number;
}

/** Input of one place of the walk. */
export interface PlaceParams extends WalkParams {
  /** 0 .. 1 */
  readonly share: number;
}

/** Images of each model along the walk, or at one place. */
export type WalkState = Readonly<Partial<Record<FamilyName, readonly Float32Array[]>>>;

/** Input of the trilemma. */
export interface SpeedParams extends Params {
  /** Counts the measurements, so that each is a new one. */
  readonly round: number;
}

/** A point with the time that an image took here. */
export type TimedPoint = NamedPoint & { readonly there: number };

/** The measurement as far as it is. */
export interface SpeedState {
  readonly measurement: Omit<Measurement, "measured">;
  readonly images: number;
  readonly timed: number;
  readonly n: number;
  /** When all are timed: with the times of this machine, and with those of the measurement. */
  readonly local: readonly Placed<TimedPoint>[] | undefined;
  readonly there: readonly Placed<NamedPoint>[];
}

let root = "";
const opened = once(async () => {
  const starting = webRuntime({ device: "wasm", threads: engineThreads(navigator.hardwareConcurrency) });
  starting.catch(() => {}); // awaited below; a download that fails comes first
  const files = await hostedFolder("compare", root);
  const measurement = JSON.parse(new TextDecoder().decode(await files.read("measured.json"))) as Measurement;
  const families = await openFamilies({ files, runtime: await starting });
  await Promise.all(familyNames.map((name) => drawOnce(families, name, 1))); // loads the programs
  return { families, measurement };
});

async function drawOnce(families: Families, name: FamilyName, steps: number): Promise<void> {
  const model = families[name];
  await wayOf(model, steps).draw({ z: latents(model, { seed: 0, count: 1 }), captions: captions.slice(0, 1) });
}

async function timed<T>(work: () => Promise<T>): Promise<{ readonly value: T; readonly seconds: number }> {
  const start = performance.now();
  const value = await work();
  return { value, seconds: (performance.now() - start) / 1000 };
}

/** Images of which the fastest counts. */
const TIMED = 5;

/** The fastest image of a measured point on this machine. */
async function fastest(families: Families, point: NamedPoint, signal: AbortSignal): Promise<number> {
  const name = familyNames.find((family) => titles[family].task === point.model.task);
  const model = name && families[name];
  const way = model?.walks.find(({ label }) => label === point.label);
  if (!model || !way) throw new Error(`the page has no way "${point.name}"`);
  const z = latents(model, { seed: 0, count: 1 });
  const draw = () => way.draw({ z, captions: captions.slice(0, 1), signal });
  await draw();
  let seconds = Number.POSITIVE_INFINITY;
  for (let i = 0; i < TIMED; i++) seconds = Math.min(seconds, (await timed(draw)).seconds);
  return seconds;
}

/** What the figures of this page compute. */
export const jobs = {
  /** An image of each caption by each model, one by one. */
  async *samples(params: SamplesParams, signal: AbortSignal): AsyncGenerator<SamplesState> {
    root = params.root;
    const { families } = await opened();
    let state: SamplesState = {};
    for (const name of familyNames) {
      const model = families[name];
      const way = wayOf(model, params.steps);
      const z = latents(model, { seed: params.seed, count: captions.length });
      const images: Float32Array[] = [];
      let seconds = Number.POSITIVE_INFINITY;
      for (const [i, caption] of captions.entries()) {
        const vector = z.slice(i * model.latentSize, (i + 1) * model.latentSize);
        const image = await timed(() => way.draw({ z: vector, captions: [caption], signal }));
        images.push(image.value);
        seconds = Math.min(seconds, image.seconds);
        state = { ...state, [name]: { images: [...images], seconds, evaluations: way.evaluations } };
        yield state;
      }
    }
  },
  /** Images at places between two vectors, for each model. */
  async *path({ caption, from, to, steps, ...params }: WalkParams, signal: AbortSignal): AsyncGenerator<WalkState> {
    root = params.root;
    const { families } = await opened();
    let state: WalkState = {};
    for (const name of familyNames) {
      const images: Float32Array[] = [];
      for (let i = 0; i < POSITIONS; i++) {
        const ends = { from, to, share: i / (POSITIONS - 1) };
        images.push(await imageBetween(families, { name, caption, steps, ...ends, signal }));
        state = { ...state, [name]: [...images] };
        yield state;
      }
    }
  },
  /** The image at one place, for each model. */
  async *point({ root: address, ...position }: PlaceParams, signal: AbortSignal): AsyncGenerator<WalkState> {
    root = address;
    const { families } = await opened();
    const state: Partial<Record<FamilyName, readonly Float32Array[]>> = {};
    for (const name of familyNames) state[name] = [await imageBetween(families, { name, ...position, signal })];
    yield state;
  },
  /** The time of an image for every measured point, and where that places it. */
  async *speed(params: SpeedParams, signal: AbortSignal): AsyncGenerator<SpeedState> {
    root = params.root;
    const { families, measurement } = await opened();
    const { measured, ...source } = measurement;
    const points = pointsOf(measured);
    const floor = measured.floor.distance;
    const there = trilemma(points, floor);
    const state = { measurement: source, images: measured.images, n: points.length, there, local: undefined };
    const timedPoints: TimedPoint[] = [];
    for (const point of points) {
      yield { ...state, timed: timedPoints.length };
      const seconds = await fastest(families, point, signal);
      timedPoints.push({ ...point, seconds, there: point.seconds });
    }
    yield { ...state, timed: points.length, local: trilemma(timedPoints, floor) };
  },
};

/** A place between the vectors of two seeds. */
interface Between extends Omit<PlaceParams, "root"> {
  readonly name: FamilyName;
  readonly signal?: AbortSignal;
}

/** The image of a model between the vectors of two seeds. */
export function imageBetween(families: Families, position: Between): Promise<Float32Array> {
  const { name, caption, from, to, share, steps, signal } = position;
  const model = families[name];
  const vector = (seed: number) => latents(model, { seed, count: 1 });
  const z = spherical(vector(from), vector(to), share);
  return wayOf(model, steps).draw({ z, captions: [caption], signal });
}
