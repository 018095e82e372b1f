/** A time for readers: "1.4 ms", "0.32 s". */
export const secondsText = (seconds: number): string =>
  seconds < 0.1 ? `${(1000 * seconds).toFixed(seconds < 0.01 ? 1 : 0)} ms` : `${seconds.toFixed(2)} s`;
