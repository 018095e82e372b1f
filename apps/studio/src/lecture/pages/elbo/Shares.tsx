import type { Elbo } from "@aquatint/lab/elbo";
import { percent } from "../../figure/percent.ts";

/** The parts of the bound; their series are those of the chart of the terms. */
const parts = [
  { name: "reconstruction", label: "reconstruction", series: 2 },
  { name: "denoisingMatching", label: "denoising", series: 1 },
  { name: "priorMatching", label: "prior", series: 3 },
] as const;

const rounded = (share: number): string => percent(share, share < 0.1 ? 1 : 0);

/** The parts of the bound as shares of its sum. */
export const Shares = ({ bound }: { readonly bound: Elbo | undefined }) => (
  <ul className="shares" aria-label="Shares of the sum">
    {parts.map(({ name, label, series }) => {
      const share = bound && bound.total > 0 ? Math.max(bound[name], 0) / bound.total : 0;
      return (
        <li key={name}>
          <span>{label}</span>
          <svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true" data-series={series}>
            <rect className="share-whole" width="100" height="8" />
            <rect className="share-bar" width={100 * share} height="8" />
          </svg>
          <span className="share-number">{bound && bound.total > 0 ? rounded(share) : "–"}</span>
        </li>
      );
    })}
  </ul>
);

const none: readonly number[] = new Array(10).fill(0);

/** Where in t the denoising bits are, beside the even share that training draws. */
export const Tenths = ({ tenths = none }: { readonly tenths?: readonly number[] | undefined }) => (
  <figure className="tenths">
    <svg
      viewBox="0 0 300 84"
      role="img"
      aria-label={`Denoising bits in each tenth of T: ${tenths.map(rounded).join(", ")}. Training draws 10 % from each.`}
    >
      {tenths.map((share, i) => (
        <rect
          // biome-ignore lint/suspicious/noArrayIndexKey: a tenth is its place
          key={i}
          className="tenth-bar"
          x={i * 30 + 3}
          width={24}
          y={82 - 80 * share}
          height={80 * share}
        />
      ))}
      <line className="tenth-even" x1="0" x2="300" y1={82 - 8} y2={82 - 8} />
    </svg>
    <div className="tenth-marks" aria-hidden="true">
      {tenths.map((_, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a tenth is its place
        <span key={i}>{(i + 1) * 100}</span>
      ))}
    </div>
    <figcaption className="help">
      Bars: share of the denoising bits in each tenth of T, up to the t below it. Line: share of training’s time, which
      draws t evenly.
    </figcaption>
  </figure>
);
