// One image, as the other programs make it; its size and deviation.
import { generate } from "aquatint/node";

export const options = { prompt: "a red circle", seed: 1, steps: 4 };

export async function facts(more = {}, library = { generate }) {
  for await (const event of library.generate({ ...options, ...more })) {
    if (event.type !== "image") continue;
    const { width, height, data } = event.image;
    const mean = data.reduce((sum, value) => sum + value, 0) / data.length;
    const deviation = Math.sqrt(data.reduce((sum, value) => sum + (value - mean) ** 2, 0) / data.length);
    if (width !== 128 || height !== 128 || !(deviation >= 10))
      throw new Error(`${width}x${height}, deviation ${deviation}`);
    return data;
  }
  throw new Error("no image");
}
