import type { Estimate } from "../evaluate/distribution.ts";
import { figureText } from "../reports/words.ts";
import type { Measured, MeasuredModel, MeasuredPoint } from "./measured.ts";

/** Whether what is usually said was found here. */
export type Verdict = "shows" | "the opposite shows" | "cannot be told";

/** Something that is usually said, and what the numbers say to it. */
export interface Claim {
  readonly story: string;
  readonly verdict: Verdict;
  /** The numbers. */
  readonly found: string;
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
const compared = (what: string, larger: Side, smaller: Side): Pick<Claim, "verdict" | "found"> => ({
  verdict: judged(larger.estimate, smaller.estimate),
  found: `${what}: ${said(larger)}, ${said(smaller)}`,
});

/** Where each kind stands: its last way of making pictures, which takes the most evaluations. */
interface Cast {
  readonly measured: Measured;
  readonly vae: MeasuredModel;
  readonly gan: MeasuredModel;
  readonly denoising: MeasuredModel;
  /** Where there is one. */
  readonly distilled: MeasuredModel | undefined;
}
const best = ({ points }: MeasuredModel): MeasuredPoint =>
  points.reduce((a, b) => (b.evaluations > a.evaluations ? b : a));
const first = ({ points }: MeasuredModel): MeasuredPoint =>
  points.reduce((a, b) => (b.evaluations < a.evaluations ? b : a));
const side = (model: MeasuredModel, of: (point: MeasuredPoint) => Estimate, point = best(model)): Side => ({
  name: [model.name, point.label].filter(Boolean).join(" "),
  estimate: of(point),
});

type Told = (cast: Cast) => Pick<Claim, "verdict" | "found"> | undefined;

/** What the lecture's slides and the literature say, each with its rule. */
const stories: readonly (readonly [story: string, told: Told])[] = [
  [
    "A GAN's pictures look more like real ones than a VAE's",
    ({ gan, vae }) => {
      const precision = (point: MeasuredPoint) => point.distance.precision;
      return compared("Precision", side(gan, precision), side(vae, precision));
    },
  ],
  [
    "A VAE's pictures are blurred",
    ({ vae, measured: { floor } }) =>
      compared(
        "Mean slope",
        { name: "real pictures", estimate: floor.sharpness },
        side(vae, (p) => p.sharpness),
      ),
  ],
  [
    "A GAN leaves more of the data out than diffusion does",
    ({ gan, denoising }) => {
      const coverage = (point: MeasuredPoint) => point.distance.coverage;
      return compared("Coverage", side(denoising, coverage), side(gan, coverage));
    },
  ],
  [
    "A GAN's pictures vary less than diffusion's",
    ({ gan, denoising }) => {
      const recall = (point: MeasuredPoint) => point.distance.recall;
      return compared("Recall", side(denoising, recall), side(gan, recall));
    },
  ],
  [
    "Diffusion comes nearer to the data than a GAN",
    ({ gan, denoising }) => {
      const frechet = (point: MeasuredPoint) => point.distance.frechet;
      return compared("Fréchet distance", side(gan, frechet), side(denoising, frechet));
    },
  ],
  [
    "Diffusion comes nearer to the data than a VAE",
    ({ vae, denoising }) => {
      const frechet = (point: MeasuredPoint) => point.distance.frechet;
      return compared("Fréchet distance", side(vae, frechet), side(denoising, frechet));
    },
  ],
  [
    "Diffusion is slower than models of one pass",
    ({ vae, gan, denoising }) => {
      const seconds = (point: MeasuredPoint) => plain(point.seconds);
      const slower = best(vae).seconds > best(gan).seconds ? vae : gan;
      return compared("Seconds a picture", side(denoising, seconds), side(slower, seconds));
    },
  ],
  [
    "More steps bring diffusion nearer to the data",
    ({ denoising }) => {
      const [few, many] = [first(denoising), best(denoising)];
      if (few === many) return undefined;
      const frechet = (point: MeasuredPoint) => point.distance.frechet;
      return compared("Fréchet distance", side(denoising, frechet, few), side(denoising, frechet, many));
    },
  ],
  [
    "Distilled, diffusion comes nearer to the data in few steps than its teacher in as many",
    ({ denoising, distilled }) => {
      const student = distilled && best(distilled);
      const teacher = denoising.points.find(({ evaluations }) => evaluations === student?.evaluations);
      if (!student || !teacher) return undefined;
      const frechet = (point: MeasuredPoint) => point.distance.frechet;
      return compared("Fréchet distance", side(denoising, frechet, teacher), side(distilled, frechet, student));
    },
  ],
  [
    "Diffusion's bound on the likelihood is better than a VAE's",
    ({ vae, denoising }) => {
      if (!vae.bound || !denoising.bound) return undefined;
      const bits = ({ name, bound }: MeasuredModel): Side => ({ name, estimate: plain(bound!.elbo.total) });
      return compared("Bits per dimension, fewer are better", bits(vae), bits(denoising));
    },
  ],
];

/** Every story that the models at hand can tell; none where a kind is missing. */
export function claimsOf(measured: Measured): readonly Claim[] {
  const of = (task: string) => measured.models.find((model) => model.task === task);
  const [vae, gan, denoising] = [of("vae"), of("gan"), of("denoising")];
  if (!vae || !gan || !denoising) return [];
  const distilled = of("distillation");
  return stories.flatMap(([story, told]) => {
    const claim = told({ measured, vae, gan, denoising, distilled });
    return claim ? [{ story, ...claim }] : [];
  });
}
