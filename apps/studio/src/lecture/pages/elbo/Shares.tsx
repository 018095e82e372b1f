import type { Elbo } from "@aquatint/lab/elbo";

const parts = { reconstruction: "reconstruction", denoisingMatching: "denoising", priorMatching: "prior" } as const;

const percent = (share: number): string => `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;

/** The parts of the bound as shares of its sum. */
export const Shares = ({ bound }: { readonly bound: Elbo | undefined }) => (
  <ul className="shares" aria-label="Shares of the sum">
    {Object.entries(parts).map(([name, label], i) => {
      const share = bound && bound.total > 0 ? Math.max(bound[name as keyof typeof parts], 0) / bound.total : 0;
      return (
        <li key={name}>
          <span>{label}</span>
          <svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true" data-series={i + 1}>
            <rect className="share-whole" width="100" height="8" />
            <rect className="share-bar" width={100 * share} height="8" />
          </svg>
          <span className="share-number">{bound && bound.total > 0 ? percent(share) : "–"}</span>
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
      viewBox="0 0 300 100"
      role="img"
      aria-label={`Denoising bits in each tenth of T: ${tenths.map(percent).join(", ")}. Training draws 10 % from each.`}
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
      {tenths.map((_, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a tenth is its place
        <text key={i} className="tenth-mark" x={i * 30 + 15} y={96} textAnchor="middle">
          {(i + 1) * 100}
        </text>
      ))}
    </svg>
    <figcaption className="help">
      Bars: share of the denoising bits in each tenth of T. Line: share of training’s time, which draws t evenly.
    </figcaption>
  </figure>
);
