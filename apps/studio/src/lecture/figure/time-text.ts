/** A time for readers: "1.4 ms", "0.32 s"; its unit stays on the line of its number. */
export const secondsText = (seconds: number): string =>
  seconds < 0.1 ? `${(1000 * seconds).toFixed(seconds < 0.01 ? 1 : 0)}\u00a0ms` : `${seconds.toFixed(2)}\u00a0s`;
