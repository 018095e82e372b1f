import { resolve } from "node:path";
import type { Command } from "commander";
import type { PreviewKind, PreviewOptions } from "../../pipelines/preview/preview.node.ts";
import type { Io } from "../io.ts";
import { supportsImages } from "../terminal/terminal.ts";
import { choice } from "./names.ts";

/** The options of previews, as they are parsed. */
export interface PreviewFlags {
  readonly preview?: PreviewKind;
  readonly previewModel?: string;
}

/** Adds the options that say how x_0 is shown while sampling. */
export const addPreviewFlags = (command: Command): Command =>
  command
    .option(
      "--preview <kind>",
      "preview while sampling, in a terminal with colors: off, linear (one pixel for each latent), taesd (default: linear if the model's colors are known)",
      choice("--preview", ["off", "linear", "taesd"]),
    )
    .option("--preview-model <path>", "folder or file of the TAESD for --preview taesd");

/** Options of showing x_0: they are checked everywhere, and the preview is made where somebody sees it. */
export function previewOptions(
  { preview, previewModel, quiet = false }: PreviewFlags & { readonly quiet?: boolean },
  io: Io,
): PreviewOptions {
  const visible = !quiet && supportsImages({ stream: io.stderr, env: io.env });
  const path = previewModel === undefined ? undefined : resolve(io.cwd, previewModel);
  const model = preview ?? (path === undefined ? undefined : "taesd");
  return { preview: model ?? (visible ? "auto" : "off"), previewModel: path };
}
