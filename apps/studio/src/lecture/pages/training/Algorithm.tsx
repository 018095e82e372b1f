import { Formula } from "../../text/formula.tsx";

/** A line of an algorithm: as a formula, and shortened from the library. */
export interface AlgorithmLine {
  readonly text?: string;
  readonly tex?: string;
  readonly code: string;
  /** Lies inside of a loop. */
  readonly isInner?: boolean;
}

interface AlgorithmProps {
  readonly title: string;
  readonly lines: readonly AlgorithmLine[];
  /** Lines that are computed at the moment, counted from 1. */
  readonly current: readonly number[];
}

/** An algorithm beside its code; the lines that run are marked. */
export const Algorithm = ({ title, lines, current }: AlgorithmProps) => (
  <section className="algorithm" aria-label={title}>
    <h4>{title}</h4>
    <ol>
      {lines.map(({ text, tex, code, isInner }, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a line is its place
        <li key={i} data-current={current.includes(i + 1) || undefined} data-inner={isInner}>
          <span>
            {text} {tex && <Formula tex={tex} />}
          </span>
          <code>{code}</code>
        </li>
      ))}
    </ol>
  </section>
);

/** Algorithm 1 of Ho et al., with v in place of the noise. */
export const trainingLines: readonly AlgorithmLine[] = [
  { text: "repeat", code: "for (let step = from + 1; ; step++) {" },
  { tex: "x_0 \\sim q(x_0)", code: "sources.stream.next(batchSize)", isInner: true },
  { text: "t uniform in 1 … T", code: "const t = drawn(draws, n)", isInner: true },
  { tex: "\\epsilon \\sim \\N(0, \\I)", code: "draws.randn(n * sizeOf(sample))", isInner: true },
  {
    text: "gradient step on",
    tex: "\\parallel v - v_\\theta(\\sqrt{\\bar\\alpha_t}\\, x_0 + \\sqrt{1 - \\bar\\alpha_t}\\, \\epsilon,\\, t) \\parallel^2",
    code: "phaseStep.run(feeds, { step, share })",
    isInner: true,
  },
  { text: "until converged", code: "stopping.ended(step, last.loss)" },
];

/** Algorithm 2 of Ho et al., whose mean is that of the posterior given the estimate. */
export const samplingLines: readonly AlgorithmLine[] = [
  { tex: "x_T \\sim \\N(0, \\I)", code: "stream.randn(sizeOf(latentShape))" },
  { text: "for t = T, …, 1", code: "for (const interval of intervals(input)) {" },
  {
    tex: "z \\sim \\N(0, \\I)",
    text: "if t > 1, else z = 0:",
    code: "to.sigma === 0 ? 0 : noise(from, to)",
    isInner: true,
  },
  {
    tex: "x_{t-1} = \\tilde\\mu_t(x_t, \\hat x_0) + \\sigma_t z",
    code: "lin([1, posteriorMean(from, to, { x, x0 })], [deviation, z])",
    isInner: true,
  },
  { text: "end for", code: "}" },
  { text: "return", tex: "x_0", code: "tensorToImages(x)" },
];
