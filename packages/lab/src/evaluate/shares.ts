import { itemAt } from "aquatint/util";
import { type CheckName, checks, type Detections, type Target } from "./checks.ts";
import { bootstrap, type Interval, wilson } from "./intervals.ts";

/** A share of answers that were yes, with Wilson's 95 % interval. */
export interface Share {
  readonly share: number;
  readonly hits: number;
  readonly n: number;
  readonly interval: Interval;
}

/** Share of images that match their captions, with the same judge's share for real renders. */
export interface SharePair {
  readonly generated: Share;
  /** The ceiling: no more than this can be found even in perfect images. */
  readonly real: Share;
  /** Generated over real. */
  readonly ratio: number;
  /** 95 %, from drawing captions again. */
  readonly ratioInterval: Interval;
}

/** Images of the same captions, generated and rendered, as a judge sees them. */
export interface ShareInput {
  readonly truths: readonly Target[];
  readonly generated: readonly Detections[];
  readonly real: readonly Detections[];
}

/** The captions that a share is taken over: all, those whose combinations training may have seen, and those held out. */
export const subsets = {
  all: () => true,
  seen: ({ heldOut }) => heldOut.length === 0,
  unseen: ({ heldOut }) => heldOut.length > 0,
} as const satisfies Readonly<Record<string, (truth: Target) => boolean>>;
/** The name of such a part. */
export type SubsetName = keyof typeof subsets;

/** The shares by question and part; what no caption asks is left out. */
export type Shares = Readonly<Partial<Record<CheckName, Readonly<Partial<Record<SubsetName, SharePair>>>>>>;

/** Puts every question to every image. */
export function sharesOf(input: ShareInput): Shares {
  const entries = (Object.keys(checks) as CheckName[]).map((check) => {
    const parts = (Object.keys(subsets) as SubsetName[]).flatMap((subset) => {
      const pair = pairOf(input, check, subsets[subset]);
      return pair ? [[subset, pair] as const] : [];
    });
    return [check, Object.fromEntries(parts)] as const;
  });
  return Object.fromEntries(entries.filter(([, parts]) => Object.keys(parts).length > 0));
}

interface Tally {
  readonly hits: number;
  readonly n: number;
}

function pairOf(
  { truths, generated, real }: ShareInput,
  check: CheckName,
  inSubset: (truth: Target) => boolean,
): SharePair | undefined {
  const tally = (detections: Detections, truth: Target): Tally => {
    const answers: readonly boolean[] = checks[check].answers(detections, truth);
    return { hits: answers.filter(Boolean).length, n: answers.length };
  };
  const captions = truths
    .map((truth, i) => ({ truth, generated: tally(itemAt(generated, i), truth), real: tally(itemAt(real, i), truth) }))
    .filter(({ truth, generated: { n } }) => n > 0 && inSubset(truth));
  if (captions.length === 0) return undefined;
  const total = (of: "generated" | "real", indices: Iterable<number>) =>
    Array.from(indices, (i) => itemAt(captions, i)[of].hits).reduce((a, b) => a + b, 0);
  const n = captions.reduce((sum, { generated }) => sum + generated.n, 0);
  const share = (of: "generated" | "real"): Share => {
    const hits = total(of, captions.keys());
    return { share: hits / n, hits, n, interval: wilson(hits, n) };
  };
  const ratioOf = (indices: Iterable<number>, again = [...indices]) =>
    total("generated", again) / Math.max(1, total("real", again));
  const ratioInterval = bootstrap(ratioOf, { n: captions.length, resamples: 1000 });
  return { generated: share("generated"), real: share("real"), ratio: ratioOf(captions.keys()), ratioInterval };
}
