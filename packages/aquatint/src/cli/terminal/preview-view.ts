import { Ansis } from "ansis";
import type { Image } from "../../formats/image/image.ts";
import type { Io } from "../io.ts";
import { drawnBar } from "./bar.ts";
import { liveLines } from "./live-region.ts";
import { createProgress, type Progress, progressText } from "./progress.ts";
import { colorLevel, renderImage, supportsImages } from "./terminal.ts";

/** Progress that can show an image above it. */
export interface PreviewView extends Progress {
  /** The image from the next update on; undefined keeps the one there is. */
  show(preview: Image | undefined): void;
}

/** Options of a preview view. */
export interface PreviewViewOptions {
  readonly io: Io;
  readonly total: number;
  readonly unit: string;
  readonly quiet: boolean;
}

const BAR = 24;
/** Widest preview in characters. */
const COLUMNS = 64;
/** Lines that are left free: the progress, the cursor, one above. */
const FREE = 4;

/** A bar with the latest preview above it where the terminal shows images; elsewhere progress as ever. */
export function previewView({ io, total, unit, quiet }: PreviewViewOptions): PreviewView {
  const terminal = { stream: io.stderr, env: io.env };
  const plain = createProgress({ stream: io.stderr, total, unit, quiet });
  if (quiet || !supportsImages(terminal)) return { ...plain, show() {} };
  const live = liveLines(io.stderr);
  const described = progressText({ total, unit });
  const colors = new Ansis(colorLevel(terminal));
  let latest: Image | undefined;
  const image = () => {
    if (!latest) return [];
    const rows = Math.max((io.stderr.rows ?? 24) - FREE, 4);
    const columns = Math.min(COLUMNS, Math.floor((2 * rows * latest.width) / latest.height));
    return renderImage(latest, terminal, { columns: Math.max(columns, 1) })
      .trimEnd()
      .split("\n");
  };
  return {
    show(preview) {
      latest = preview ?? latest;
    },
    update(done, text = "", seconds) {
      if (!latest) return plain.update(done, text, seconds);
      plain.hide();
      const status = described(done, text, seconds);
      live.draw(() => [...image(), `${drawnBar(done / total, { width: BAR, colors })} ${status}`]);
    },
    hide() {
      plain.hide();
      live.hide();
    },
  };
}

/** Which images are being made: "image 2/4", "images 1-4/8". */
export function imagesLabel({ done, rows, count }: Record<"done" | "rows" | "count", number>): string {
  if (count === 1) return "";
  return rows === 1 ? `image ${done + 1}/${count}` : `images ${done + 1}-${done + rows}/${count}`;
}
