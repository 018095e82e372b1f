/** The mean and the standard deviation of the numbers of some images. */
export function statisticsOf(images: readonly Float32Array[]): { readonly mean: number; readonly deviation: number } {
  const values = images.flatMap((image) => Array.from(image));
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, deviation: Math.sqrt(variance) };
}
