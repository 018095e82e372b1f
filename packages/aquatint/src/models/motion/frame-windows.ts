import { AquatintError } from "../../errors.ts";
import { float32, int32 } from "../../graph/host-tensor.ts";
import type { HostTensor } from "../../graph/types.ts";

/** Weights of a window's frames in the mean of the windows that overlap. */
export const windowWeightings = {
  /** Every frame alike. */
  flat: (n: number): number[] => Array.from({ length: n }, () => 1),
  /** More in the window's middle: 1, 2, 2, 1. */
  pyramid: (n: number): number[] => Array.from({ length: n }, (_, i) => Math.min(i + 1, n - i)),
  /** Little in the first half, then falling: 0.01, 2, 2, 1. */
  delayed_reverse_sawtooth: (n: number): number[] => {
    const middle = Math.ceil(n / 2);
    return Array.from({ length: n }, (_, i) => (i < middle - 1 ? 0.01 : Math.min(middle, n - i)));
  },
} as const satisfies Readonly<Record<string, (n: number) => number[]>>;

/** The name of a weighting of frames in a window. */
export type WindowWeighting = keyof typeof windowWeightings;

/** Windows of frames in which motion modules look, for clips longer than they were trained on (FreeNoise, Qiu et al. 2023). */
export interface FrameWindows {
  /** Frames in a window. */
  readonly length: number;
  /** Frames from the start of one window to the start of the next. */
  readonly stride: number;
  readonly weighting: WindowWeighting;
  /** Windows go on from the last frame to the first, so that the clip repeats without a jump. */
  readonly closed?: boolean | undefined;
  /**
   * A last window that does not begin at a multiple of the stride counts as the others do, or as in diffusers 0.36: only in
   * the frames that no other window reaches, all divided by the first one's weight.
   */
  readonly lastWindow?: "mean" | "diffusers" | undefined;
}

/** One window: its frames in order, what each counts, and what each adds to the number that the sum is divided by. */
interface Window {
  readonly frames: readonly number[];
  readonly weights: readonly number[];
  readonly divisors: readonly number[];
}

/** Refuses windows that are longer than a clip of `count` frames, or leave frames out. @throws AquatintError "video/windows". */
export function expectWindows(count: number, { length, stride }: Pick<FrameWindows, "length" | "stride">): void {
  const wrong = !(length >= 1 && stride >= 1 && Number.isInteger(length) && Number.isInteger(stride));
  if (!wrong && stride <= length && length <= count) return;
  throw new AquatintError(
    "video/windows",
    `windows of ${length} frames every ${stride} do not cover ${count} frames, expected 1 <= stride <= length <= frames`,
    { hint: "make the clip longer, or the window shorter" },
  );
}

/** The windows over `count` frames. @throws AquatintError "video/windows". */
export function frameWindows(count: number, options: FrameWindows): Window[] {
  const { length, stride, weighting, closed = false, lastWindow = "mean" } = options;
  expectWindows(count, options);
  const weights = windowWeightings[weighting](length);
  const window = (start: number): Window => ({
    frames: Array.from({ length }, (_, i) => (start + i) % count),
    weights,
    divisors: weights,
  });
  if (closed) return Array.from({ length: Math.ceil(count / stride) }, (_, k) => window(k * stride));
  const starts = Array.from({ length: Math.floor((count - length) / stride) + 1 }, (_, k) => k * stride);
  const windows = starts.map(window);
  const remaining = count - ((starts.at(-1) ?? 0) + length);
  if (remaining === 0) return windows;
  const last = window(count - length);
  if (lastWindow === "mean") return [...windows, last];
  const first = length - remaining;
  const only = (values: readonly number[]) => values.map((w, i) => (i < first ? 0 : w));
  return [...windows, { ...last, weights: only(weights), divisors: only(weights.map(() => weights[first] ?? 1)) }];
}

/** Frames of all windows one after another [windows * length], and the mean that makes frames of them: [count, windows * length]. */
export function windowTensors(
  count: number,
  options: FrameWindows,
): { readonly frames: HostTensor<"int32">; readonly mean: HostTensor<"float32"> } {
  const windows = frameWindows(count, options);
  const frames = windows.flatMap((window) => window.frames);
  const weights = windows.flatMap((window) => window.weights);
  const divisors = windows.flatMap((window) => window.divisors);
  const sums = new Float64Array(count);
  for (const [k, frame] of frames.entries()) sums[frame] = (sums[frame] ?? 0) + (divisors[k] ?? 0);
  const mean = new Float32Array(count * frames.length);
  for (const [k, frame] of frames.entries()) mean[frame * frames.length + k] = (weights[k] ?? 0) / (sums[frame] ?? 1);
  return { frames: int32([frames.length], frames), mean: float32([count, frames.length], mean) };
}
