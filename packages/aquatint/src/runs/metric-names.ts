/** Metrics that belong together: the bands of one quantity, or one that stands alone. */
export interface MetricFamily {
  readonly name: string;
  readonly members: readonly MetricMember[];
}

/** A metric and what it is called within its family: "0–25 %", or "" where it stands alone. */
export interface MetricMember {
  readonly metric: string;
  readonly band: string;
}

/** Metrics by family, in the order in which they came; "NAME_0_25" is the band 0 to 25 % of NAME. */
export function metricFamilies(names: Iterable<string>): readonly MetricFamily[] {
  const families = new Map<string, MetricMember[]>();
  for (const metric of names) {
    const [, name = metric, from, to] = /^(.+?)_(\d+)_(\d+)$/.exec(metric) ?? [];
    const band = from === undefined ? "" : `${from}–${to} %`;
    families.set(name, [...(families.get(name) ?? []), { metric, band }]);
  }
  const start = ({ band }: MetricMember) => Number.parseInt(band, 10) || 0;
  return Array.from(families, ([name, members]) => ({ name, members: members.sort((a, b) => start(a) - start(b)) }));
}
