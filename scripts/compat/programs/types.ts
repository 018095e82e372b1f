import { writeFile } from "node:fs/promises";
import { AquatintError } from "aquatint";
import { encodePng } from "aquatint/formats";
import { type GenerateOptions, generate } from "aquatint/node";
import { webRuntime } from "aquatint/web";

const options: GenerateOptions = { prompt: "a red circle", seed: 1n, steps: 4 };
export async function draw(file: string): Promise<number> {
  let images = 0;
  for await (const event of generate(options)) {
    if (event.type !== "image") continue;
    const { width, height }: { width: number; height: number } = event.image;
    await writeFile(file, encodePng(event.image));
    images += Math.sign(width * height);
  }
  return images;
}
export const codeOf = (error: unknown): string | undefined => (error instanceof AquatintError ? error.code : undefined);
export const threads = async (): Promise<number> => (await webRuntime({ wasmPaths: "/ort/" })).threads;
// @ts-expect-error a prompt is a text
export const wrong: GenerateOptions = { prompt: 7 };
