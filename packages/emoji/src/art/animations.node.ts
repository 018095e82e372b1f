import { existsSync } from "node:fs";
import { join } from "node:path";
import { decodePng, encodePng, type RgbaImage } from "aquatint/formats";
import { importSharp, readBytes, writeFileAndFolder } from "aquatint/node";
import { AquatintError, itemAt } from "aquatint/util";
import type { AnimationRequest, Animations } from "./atlas.ts";
import { installedPackage } from "./installed.node.ts";
import { opaqueBox, rgba, withAlpha } from "./load.node.ts";
import { webpFiles } from "./packages.node.ts";

/** Fluent Emoji, animated: the packages that the files are spread over. They are an input of training, no dependency. */
const packageNames = [1, 2, 3, 4].map((part) => `@lobehub/fluent-emoji-anim-${part}`);

/**
 * Animations, each resampled to as many frames, evenly spread over one round; read from `cacheFolder`, where each stays as a
 * column of frames, or from the installed packages. @throws AquatintError "emoji/no-art" where they are not installed.
 */
export async function loadAnimations(
  { hexes, frames, size }: AnimationRequest,
  { cacheFolder = join(".cache", "emoji") }: { readonly cacheFolder?: string | undefined } = {},
): Promise<Animations> {
  const folder = join(cacheFolder, `animations-${frames}x${size}px`);
  let sources: ReadonlyMap<string, string> | undefined;
  const images = new Map<string, readonly RgbaImage[]>();
  for (const hex of hexes) {
    const file = join(folder, `${hex}.png`);
    if (!existsSync(file)) {
      sources ??= animationFiles();
      await writeFileAndFolder(file, encodePng(await column(sources, { hex, frames, size })));
    }
    const all = withAlpha(decodePng(await readBytes(file), { name: file }), file);
    images.set(hex, framesOf(all, frames));
  }
  const framesFor = (hex: string): readonly RgbaImage[] => {
    const list = images.get(hex);
    if (list) return list;
    throw new AquatintError("emoji/not-loaded", `the animations were not loaded for ${hex}`);
  };
  return { frames: framesFor, atlas: { size, get: (hex) => itemAt(framesFor(hex), 0) } };
}

/** The files of all packages by their code points. */
function animationFiles(): ReadonlyMap<string, string> {
  return new Map(
    packageNames.flatMap((name) => {
      const installed = installedPackage(name);
      if (installed) {
        const assets = join(installed.folder, "assets");
        return Array.from(webpFiles(assets), ([hex, file]) => [hex, join(assets, file)] as const);
      }
      throw new AquatintError("emoji/no-art", `animated emoji are in ${packageNames.join(", ")}; ${name} is missing`, {
        hint: `npm install --no-save ${packageNames.join(" ")}   (700 MB, needed until the frames are in the cache)`,
      });
    }),
  );
}

interface ColumnRequest extends Pick<AnimationRequest, "frames" | "size"> {
  readonly hex: string;
}

/** The frames of an animation below each other, trimmed to the box of all. */
async function column(files: ReadonlyMap<string, string>, { hex, frames, size }: ColumnRequest): Promise<RgbaImage> {
  const file = files.get(hex);
  if (!file) throw new AquatintError("emoji/unknown-art", `no animation has the code points ${hex}`);
  const sharp = await importSharp("reading animated emoji");
  const source = sharp(file, { animated: true });
  const { pages = 1 } = await source.metadata();
  const all = framesOf(await rgba(source), pages);
  const selection = Array.from({ length: frames }, (_, i) => itemAt(all, Math.floor((i * pages) / frames)));
  const box = opaqueBox(united(selection), hex);
  const trimmed = await Promise.all(
    selection.map(({ width, height, data }) =>
      rgba(
        sharp(data, { raw: { width, height, channels: 4 } })
          .extract(box)
          .resize({ width: size, height: size, fit: "inside" }),
      ),
    ),
  );
  const { width, height } = itemAt(trimmed, 0);
  const data = Buffer.concat(trimmed.map((frame) => frame.data));
  return { width, height: height * frames, channels: 4, data };
}

/** Images of one width that lie below each other in one. */
function framesOf({ width, height: all, data }: RgbaImage, count: number): readonly RgbaImage[] {
  const height = all / count;
  const length = 4 * width * height;
  return Array.from({ length: count }, (_, i) => {
    return { width, height, channels: 4, data: data.subarray(i * length, (i + 1) * length) };
  });
}

/** Opaque wherever one of the images is. */
function united(images: readonly RgbaImage[]): RgbaImage {
  const first = itemAt(images, 0);
  return { ...first, data: first.data.map((_, at) => Math.max(...images.map(({ data }) => itemAt(data, at)))) };
}
