/** Seconds in words: "4.2 s", "3 min 20 s", "1 h 05 min". */
export function duration(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const rounded = Math.round(seconds);
  if (rounded < 60) return `${rounded} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return rounded < 600 ? `${Math.floor(rounded / 60)} min ${rounded % 60} s` : `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`;
}

/** A measured number as people read it: four significant digits, "0.1483", "12.5", "2.1e-5". */
export function figureText(value: number): string {
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 1e6) return value.toLocaleString("en");
  if (size < 1e-3 || size >= 1e6) return value.toExponential(2).replace(/\.?0+(?=e)/, "");
  return value
    .toPrecision(4)
    .replace(/(\.\d*?)0+$/, "$1")
    .replace(/\.$/, "");
}
