import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { clipX0 } from "../../packages/aquatint/src/diffusion/guidance.ts";
import { denoiser } from "../../packages/aquatint/src/diffusion/process/denoiser.ts";
import { lin } from "../../packages/aquatint/src/diffusion/process/latent.ts";
import { targets } from "../../packages/aquatint/src/diffusion/process/prediction.ts";
import { linear } from "../../packages/aquatint/src/diffusion/process/schedules.ts";
import { levels } from "../../packages/aquatint/src/diffusion/spacing/spacing.ts";
import { type ElboTerm, elbo, elboOf } from "../../packages/lab/src/elbo/elbo.ts";
import { discretized, type logIntervals } from "../../packages/lab/src/elbo/likelihood.ts";
import { reverseStep } from "../../packages/lab/src/elbo/reverse-process.ts";
import { type CheckResult, judged, type ParityKind } from "./check.ts";

const TOLERANCE = 1e-6;
/** One more digit than the figure of the error function was published with. */
const ROUNDED = 5e-6;

interface Reference {
  readonly elbo: {
    readonly prior: number;
    readonly decoder_nll: number;
    readonly decoder_nll_erf: number;
    readonly kl: Readonly<Record<string, number>>;
    readonly sum_over_t: number;
  };
  readonly discretised_log_likelihood: readonly {
    readonly x: number;
    readonly mean: number;
    readonly log_scale: number;
    readonly nats: number;
  }[];
  readonly linear_alpha_bar: Readonly<Record<string, number>>;
}

/** `theory.json`: what improved-diffusion says of the ELBO, the discretized likelihood and the linear schedule. */
export const theory: ParityKind = {
  claims: (entries) => entries.filter((name) => name === "theory.json"),
  async *run(folder, [file]) {
    const reference: Reference = JSON.parse(await readFile(join(folder, file!), "utf8"));
    yield* bound(reference);
    yield* likelihood(reference);
    yield* schedule(reference);
  },
};

const relative = (check: string, actual: number, expected: number, tolerance = TOLERANCE): CheckResult =>
  judged(`theory/${check}`, Math.abs(actual / expected - 1), tolerance);

/** The terms of the reference's image, noise and "network" x t / (t + 1), t the index. */
async function terms(interval: keyof typeof logIntervals): Promise<readonly ElboTerm[]> {
  const ramp = Float64Array.from({ length: 192 }, (_, i) => (4 * i) / 768);
  const eps = Float32Array.from(ramp, (s) => 1 - s - 1 / 768);
  const denoise = clipX0(denoiser(async (x, { t }) => lin([(t - 1) / t, x]), targets.epsilon));
  const all: ElboTerm[] = [];
  const input = {
    levels: levels({ schedule: linear(), steps: 1000 }),
    reverse: reverseStep(denoise),
    x0: Float32Array.from(ramp, (s) => 2 * s - 1),
    noise: () => eps,
    logLikelihood: discretized({ interval }),
  };
  for await (const term of elbo(input)) all.push(term);
  return all;
}

async function* bound({ elbo: expected }: Reference): AsyncGenerator<CheckResult> {
  const [tanh, erf] = [await terms("tanh"), await terms("erf")];
  const kl = (index: number) => tanh.find(({ part, t }) => part === "denoising matching" && t === index + 1)!.bits;
  const { priorMatching, reconstruction, denoisingMatching } = elboOf(tanh);
  yield relative("elbo/prior", priorMatching, expected.prior);
  yield relative("elbo/decoder_nll", reconstruction, expected.decoder_nll);
  yield relative("elbo/decoder_nll_erf", elboOf(erf).reconstruction, expected.decoder_nll_erf, ROUNDED);
  for (const [index, bits] of Object.entries(expected.kl)) yield relative(`elbo/kl/${index}`, kl(Number(index)), bits);
  yield relative("elbo/sum_over_t", reconstruction + denoisingMatching, expected.sum_over_t);
}

function* likelihood({ discretised_log_likelihood: rows }: Reference): Generator<CheckResult> {
  for (const { x, mean, log_scale, nats } of rows) {
    const [actual] = discretized({ interval: "tanh" })([x], { mean, logVariance: 2 * log_scale });
    yield relative(`discretized/${x},${mean},${log_scale}`, actual!, nats);
  }
}

function* schedule({ linear_alpha_bar: expected }: Reference): Generator<CheckResult> {
  const { alphaBar } = linear();
  const sum = Array.from({ length: 1000 }, (_, i) => alphaBar(i + 1)).reduce((a, b) => a + b);
  for (const [index, value] of Object.entries(expected)) {
    yield relative(`linear/${index}`, index === "sum" ? sum : alphaBar(Number(index) + 1), value);
  }
}
