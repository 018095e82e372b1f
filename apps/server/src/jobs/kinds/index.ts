import { unknownName } from "aquatint/math";
import type { JobKind } from "../kind.ts";
import { imageToImage } from "./image-to-image.ts";
import { inpainting } from "./inpainting.ts";
import { resizing } from "./resizing.ts";
import { textToImage } from "./text-to-image.ts";
import { textToVideo } from "./text-to-video.ts";
import { upscaling } from "./upscaling.ts";

/** Every kind of job. */
export const kinds: readonly JobKind[] = [textToImage, imageToImage, inpainting, upscaling, resizing, textToVideo];

/** The kind of a name. @throws AquatintError "request/kind". */
export function kindNamed(name: string): JobKind {
  const kind = kinds.find((candidate) => candidate.name === name);
  if (kind) return kind;
  throw unknownName("request/kind", {
    name,
    kind: "kind of job",
    kinds: "kinds of job",
    names: kinds.map((k) => k.name),
  });
}
