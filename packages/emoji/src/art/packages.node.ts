import { readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { AquatintError } from "aquatint/util";
import type { Style } from "./atlas.ts";
import { installedPackage } from "./installed.node.ts";

/** An installed package of emoji art. */
export interface ArtPackage {
  readonly version: string;
  /** The file of one emoji, which sharp can read; vector art comes `size` pixels wide. */
  source(hex: string, size: number): Promise<Buffer>;
}

interface PackageKind {
  readonly package: string;
  open(folder: string, version: string): ArtPackage;
}

const kinds: Record<Style, PackageKind> = {
  noto: { package: "@iconify-json/noto", open: openIconify },
  flat: { package: "@iconify-json/fluent-emoji-flat", open: openIconify },
  "3d": { package: "@lobehub/fluent-emoji-3d", open: openWebp },
};

/** The package that holds the art of `style`, looked for from the current folder and then from this library. */
export function artPackage(style: Style): ArtPackage {
  const kind = kinds[style];
  const installed = installedPackage(kind.package);
  if (installed) return kind.open(installed.folder, installed.version);
  throw new AquatintError("emoji/no-art", `the art of the style "${style}" is in ${kind.package}, not installed here`, {
    hint: `npm install ${kind.package}`,
  });
}

interface IconifySet {
  readonly width: number;
  readonly height: number;
  readonly icons: Readonly<
    Record<string, { readonly body: string; readonly width?: number; readonly height?: number }>
  >;
}

function openIconify(folder: string, version: string): ArtPackage {
  const require = createRequire(join(folder, "package.json"));
  const set = require("./icons.json") as IconifySet;
  const names = require("./chars.json") as Readonly<Record<string, string>>;
  return {
    version,
    async source(hex, size) {
      const icon = set.icons[names[hex] ?? ""];
      if (!icon) throw noSuchArt(hex, folder);
      const { width = set.width, height = set.height, body } = icon;
      const namespaces = `xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"`;
      const box = `width="${size}" height="${size}" viewBox="0 0 ${width} ${height}"`;
      return Buffer.from(`<svg ${namespaces} ${box}>${body}</svg>`);
    },
  };
}

function openWebp(folder: string, version: string): ArtPackage {
  const assets = join(folder, "assets");
  const files = webpFiles(assets);
  return {
    version,
    async source(hex) {
      const file = files.get(hex);
      if (!file) throw noSuchArt(hex, folder);
      return readFile(join(assets, file));
    },
  };
}

/** The files of a folder of WebP images by their code points, without the variation selector. */
export const webpFiles = (folder: string): ReadonlyMap<string, string> =>
  new Map(readdirSync(folder).map((file) => [file.replace(".webp", "").replaceAll("-fe0f", ""), file]));

const noSuchArt = (hex: string, folder: string): AquatintError =>
  new AquatintError("emoji/unknown-art", `${folder} has no image of the code points ${hex}`);
