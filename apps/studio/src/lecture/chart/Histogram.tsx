interface HistogramProps {
  readonly label: string;
  /** Ends of the axis. */
  readonly range: readonly [low: number, high: number];
  /** Density in each of equal bins. */
  readonly density: ArrayLike<number>;
  /** Density of the curve at the bins' centers. */
  readonly curve: ArrayLike<number>;
  /** Density at the top. */
  readonly top: number;
}

const [WIDTH, HEIGHT, FOOT] = [320, 180, 22];

/** Bars of a density, and a curve to compare them with. */
export function Histogram({ label, range, density, curve, top }: HistogramProps) {
  const count = density.length;
  const bar = WIDTH / count;
  const height = (value: number) => Math.min(value / top, 1) * (HEIGHT - FOOT);
  const x = (value: number) => ((value - range[0]) / (range[1] - range[0])) * WIDTH;
  const points = Array.from(
    curve,
    (value, i) => `${((i + 0.5) * bar).toFixed(1)},${(HEIGHT - FOOT - height(value)).toFixed(1)}`,
  );
  const marks = Array.from({ length: 2 * Math.floor(range[1]) - 1 }, (_, i) => i - Math.floor(range[1]) + 1);
  return (
    <svg className="histogram" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
      {Array.from(density, (value, i) => (
        <rect
          // biome-ignore lint/suspicious/noArrayIndexKey: a bin is its place
          key={i}
          className="histogram-bar"
          x={i * bar + 0.5}
          y={HEIGHT - FOOT - height(value)}
          width={bar - 1}
          height={height(value)}
        />
      ))}
      <polyline className="histogram-curve" points={points.join(" ")} />
      <line className="histogram-axis" x1="0" x2={WIDTH} y1={HEIGHT - FOOT} y2={HEIGHT - FOOT} />
      {marks.map((mark) => (
        <text key={mark} className="histogram-mark" x={x(mark)} y={HEIGHT - 6} textAnchor="middle">
          {String(mark).replace("-", "−")}
        </text>
      ))}
    </svg>
  );
}
