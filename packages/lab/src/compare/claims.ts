import { figureText } from "aquatint/util";
import type { Estimate } from "../evaluate/distribution.ts";
import type { ImageMeasures, Measured, MeasuredModel, MeasuredPoint } from "./measured.ts";

/** True if what is usually said was found here. */
export type Verdict = "shows" | "the opposite shows" | "cannot be told";

/** A common claim, and what the measurements show. */
export interface Claim {
  readonly story: string;
  readonly verdict: Verdict;
  /** The numbers. */
  readonly evidence: string;
}

/** A number with a name, for a sentence. */
interface Side {
  readonly name: string;
  readonly estimate: Estimate;
}

/** Numbers without an interval that differ by less than this share are taken as equal. */
const CLEAR = 0.1;

/** Which of two is larger, where their 95 % intervals do not meet. */
export function judged(larger: Estimate, smaller: Estimate): Verdict {
  if (larger.interval[0] > smaller.interval[1]) return "shows";
  return smaller.interval[0] > larger.interval[1] ? "the opposite shows" : "cannot be told";
}

const plain = (value: number): Estimate => ({ value, interval: [value * (1 - CLEAR / 2), value * (1 + CLEAR / 2)] });
const said = ({ name, estimate: { value } }: Side): string => `${figureText(Number(value.toPrecision(3)))} (${name})`;
const compared = (what: string, larger: Side, smaller: Side): Pick<Claim, "verdict" | "evidence"> => ({
  verdict: judged(larger.estimate, smaller.estimate),
  evidence: `${what}: ${said(larger)}, ${said(smaller)}`,
});

/** The finest point of each kind: its last way of making images, which takes the most evaluations. */
interface Cast {
  readonly measured: Measured;
  readonly vae: MeasuredModel;
  readonly gan: MeasuredModel;
  readonly denoising: MeasuredModel;
  /** The distilled model, where there is one. */
  readonly distilled: MeasuredModel | undefined;
}
const best = ({ points }: MeasuredModel): MeasuredPoint =>
  points.reduce((a, b) => (b.evaluations > a.evaluations ? b : a));
const first = ({ points }: MeasuredModel): MeasuredPoint =>
  points.reduce((a, b) => (b.evaluations < a.evaluations ? b : a));
/** A way of making images, with its name in a sentence. */
interface Way<P = MeasuredPoint> {
  readonly name: string;
  readonly point: P;
}
const at = (model: MeasuredModel, point = best(model)): Way => ({
  name: [model.name, point.label].filter(Boolean).join(" "),
  point,
});

/** Figure of a way of making images. */
type Figure<P = ImageMeasures> = readonly [what: string, of: (point: P) => Estimate];
const precision: Figure = ["Precision", ({ distance }) => distance.precision];
const recall: Figure = ["Recall", ({ distance }) => distance.recall];
const coverage: Figure = ["Coverage", ({ distance }) => distance.coverage];
const frechet: Figure = ["Fréchet distance", ({ distance }) => distance.frechet];
const slope: Figure = ["Mean slope", ({ sharpness }) => sharpness];
const seconds: Figure<MeasuredPoint> = ["Seconds an image", (point) => plain(point.seconds)];

function between<P>([what, of]: Figure<P>, larger: Way<P>, smaller: Way<P>) {
  const side = ({ name, point }: Way<P>): Side => ({ name, estimate: of(point) });
  return compared(what, side(larger), side(smaller));
}

type Evaluator = (cast: Cast) => Pick<Claim, "verdict" | "evidence"> | undefined;

/** Claims of Blagodarniy's slides and the literature, each with its rule. */
const claims: readonly (readonly [story: string, evaluate: Evaluator])[] = [
  ["A GAN's images look more like real ones than a VAE's", ({ gan, vae }) => between(precision, at(gan), at(vae))],
  [
    "A VAE's images are blurred",
    ({ vae, measured: { floor } }) => between(slope, { name: "real images", point: floor }, at(vae)),
  ],
  [
    "A GAN leaves more of the data out than diffusion does",
    ({ gan, denoising }) => between(coverage, at(denoising), at(gan)),
  ],
  ["A GAN's images vary less than diffusion's", ({ gan, denoising }) => between(recall, at(denoising), at(gan))],
  ["Diffusion comes nearer to the data than a GAN", ({ gan, denoising }) => between(frechet, at(gan), at(denoising))],
  ["Diffusion comes nearer to the data than a VAE", ({ vae, denoising }) => between(frechet, at(vae), at(denoising))],
  [
    "Diffusion is slower than models of one pass",
    ({ vae, gan, denoising }) => {
      const slower = best(vae).seconds > best(gan).seconds ? vae : gan;
      return between(seconds, at(denoising), at(slower));
    },
  ],
  [
    "More steps bring diffusion nearer to the data",
    ({ denoising }) => {
      const [few, many] = [first(denoising), best(denoising)];
      return few === many ? undefined : between(frechet, at(denoising, few), at(denoising, many));
    },
  ],
  [
    "Distilled, diffusion comes nearer to the data in few steps than its teacher in as many",
    ({ denoising, distilled }) => {
      const student = distilled && at(distilled);
      const teacher = denoising.points.find(({ evaluations }) => evaluations === student?.point.evaluations);
      return student && teacher && between(frechet, at(denoising, teacher), student);
    },
  ],
  [
    "Diffusion's bound on the likelihood is better than a VAE's",
    ({ vae, denoising }) => {
      if (!vae.bound || !denoising.bound) return undefined;
      const bits = (name: string, total: number): Side => ({ name, estimate: plain(total) });
      const [left, right] = [bits(vae.name, vae.bound.elbo.total), bits(denoising.name, denoising.bound.elbo.total)];
      return compared("Bits per dimension, fewer are better", left, right);
    },
  ],
];

/** Every story that the models at hand can tell; none where a kind is missing. */
export function claimsOf(measured: Measured): readonly Claim[] {
  const of = (task: string) => measured.models.find((model) => model.task === task);
  const [vae, gan, denoising] = [of("vae"), of("gan"), of("denoising")];
  if (!vae || !gan || !denoising) return [];
  const distilled = of("distillation");
  return claims.flatMap(([story, evaluate]) => {
    const claim = evaluate({ measured, vae, gan, denoising, distilled });
    return claim ? [{ story, ...claim }] : [];
  });
}
