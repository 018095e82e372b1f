import { type Image, imageGrid } from "../../formats/image/image.ts";
import { encodePng } from "../../formats/png/png.ts";
import type { Io } from "../io.ts";
import { renderImage, renderThumbnails, supportsImages, type TerminalOf } from "./terminal.ts";

/** A way in which some terminals draw a PNG file. */
interface GraphicsProtocol {
  /** Tells whether the terminal of these variables knows it. */
  readonly spoken: (env: Io["env"]) => boolean;
  /** The file as text for the terminal, so many characters wide. */
  readonly encode: (png: Uint8Array, columns: number) => string;
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");

/** Characters of base64 that one escape sequence of kitty's may hold. */
const CHUNK = 4096;

/** The protocols, in the order in which they are tried. Sources: the pages of kitty and of iTerm2 on them. */
const protocols: Readonly<Record<string, GraphicsProtocol>> = {
  kitty: {
    spoken: ({ KITTY_WINDOW_ID, TERM }) => Boolean(KITTY_WINDOW_ID) || /kitty|ghostty/.test(TERM ?? ""),
    encode(png, columns) {
      const chunks = base64(png).match(new RegExp(`.{1,${CHUNK}}`, "g")) ?? [];
      const parts = chunks.map((chunk, i) => {
        const first = i === 0 ? `a=T,f=100,q=2,c=${columns},` : "";
        return `\x1b_G${first}m=${i < chunks.length - 1 ? 1 : 0};${chunk}\x1b\\`;
      });
      return `${parts.join("")}\n`;
    },
  },
  iterm2: {
    spoken: ({ TERM_PROGRAM }) => TERM_PROGRAM === "iTerm.app" || TERM_PROGRAM === "WezTerm",
    encode: (png, columns) => `\x1b]1337;File=inline=1;size=${png.length};width=${columns}:${base64(png)}\x07\n`,
  },
};

/** Pixels of a character, about. */
const CHARACTER = 9;
/** Smallest width in pixels of a finished image, where a whole factor allows it. */
const FINISHED = 320;

/** The terminal's protocol, unless tmux or screen stands between. */
const protocolOf = (env: Io["env"]): GraphicsProtocol | undefined =>
  env["TMUX"] || env["STY"] ? undefined : Object.values(protocols).find(({ spoken }) => spoken(env));

function drawn({ encode }: GraphicsProtocol, sheet: Image, { stream }: TerminalOf): string {
  const columns = Math.min(Math.ceil(sheet.width / CHARACTER), (stream.columns ?? 80) - 1);
  return encode(encodePng(sheet), columns);
}

/**
 * Images of one size for a terminal: as a PNG where it draws them, unless tmux or screen stands between, as half blocks
 * where it has colors, else "".
 */
export function renderSamples(images: readonly Image[], terminal: TerminalOf): string {
  if (!supportsImages(terminal) || images.length === 0) return "";
  const protocol = protocolOf(terminal.env);
  if (!protocol) return renderThumbnails(images, terminal);
  return drawn(protocol, imageGrid(images, { columns: 8, scale: 2, gap: 2 }), terminal);
}

/** A finished image for a terminal, in the same ways. */
export function renderFinished(image: Image, terminal: TerminalOf): string {
  if (!supportsImages(terminal)) return "";
  const protocol = protocolOf(terminal.env);
  if (!protocol) return renderImage(image, terminal);
  const scale = Math.max(1, Math.floor(FINISHED / image.width));
  return drawn(protocol, imageGrid([image], { scale, gap: 0 }), terminal);
}
