/** Steps of the image, each with guidance, as one call of the U-Net for two latents. */
const STEPS = 20;

/** Figures of one part, as `fullSizeBench` gives them: ours, and each peer's. */
interface PartFigures {
  readonly stepCpuMs?: number;
  readonly peers?: Readonly<Record<string, { readonly stepCpuMs?: number }>>;
}

/** The parts of an image in each precision, by the names of their benches. */
const precisions = {
  float32: ["unet-sd15", "vae-decode"],
  int8: ["unet-sd15-int8", "vae-decode-int8"],
} as const;

/**
 * Core-seconds of an image of 512x512 by Stable Diffusion 1.5, the processor time of its U-Net's steps, its decoder and its text
 * encoder, from the figures of these benches; loading is not among them. What lacks a part is left out.
 */
export function imageCoreSeconds(figures: Readonly<Record<string, unknown>>): Readonly<Record<string, number>> {
  const part = (name: string) => figures[name] as PartFigures | undefined;
  const text = part("text-encoder");
  const results: Record<string, number> = {};
  for (const [precision, [unet, decoder]] of Object.entries(precisions)) {
    const [step, decode] = [part(unet), part(decoder)];
    const names = Object.keys(step?.peers ?? {}).filter((name) => name in (decode?.peers ?? {}));
    for (const name of ["aquatint", ...names]) {
      const cpuOf = (figures: PartFigures | undefined) =>
        name === "aquatint" ? figures?.stepCpuMs : figures?.peers?.[name]?.stepCpuMs;
      const [perStep, perImage] = [cpuOf(step), cpuOf(decode)];
      const encoding = 2 * (cpuOf(text) ?? text?.stepCpuMs ?? 0);
      if (perStep === undefined || perImage === undefined) continue;
      results[`${precision}.${name}`] = Math.round((STEPS * perStep + perImage + encoding) / 100) / 10;
    }
  }
  return results;
}
