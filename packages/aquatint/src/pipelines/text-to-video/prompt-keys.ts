import { AquatintError } from "../../errors.ts";

/** A prompt that holds at a frame, counted from 0. */
export interface PromptKey {
  readonly frame: number;
  readonly prompt: string;
}

const KEY_LINE = /^\s*"?\d+"?\s*:/;
/** A time or a ratio: "10:30 in the morning", "16:9, a wide street". */
const CLOCK = /^\s*(?!0+:)\d+:\d/;
const ENTRY = /(?:^|[,;|\n])\s*"?(\d+)"?\s*:\s*/g;

const promptError = (message: string, hint: string) => new AquatintError("video/prompt", message, { hint });

/**
 * Reads `0: a cat, 8: a dog`, also with quotes, in lines, and as JSON. Lines above and below those of frames belong to all frames, as
 * in the web UI's extension for AnimateDiff. Other text is one prompt.
 * @throws AquatintError "video/prompt" for a frame without a comma before it.
 */
export function promptKeys(text: string): string | readonly PromptKey[] {
  const lines = text
    .trim()
    .replace(/^\{([\s\S]*)\}$/, "$1")
    .split("\n");
  const isKey = (line: string) => KEY_LINE.test(line);
  const [first, last] = [lines.findIndex(isKey), lines.findLastIndex(isKey)];
  if (first === -1) return text;
  const [above, below] = [lines.slice(0, first), lines.slice(last + 1)];
  const keys = lines.slice(first, last + 1).join("\n");
  const heads = [...keys.matchAll(ENTRY)];
  if (heads.length === 1 && CLOCK.test(keys)) return text;
  return heads.map((head, k) => {
    const frame = Number(head[1]);
    const prompt = unquoted(keys.slice(head.index + head[0].length, heads[k + 1]?.index ?? keys.length));
    checkSeparated(prompt, frame);
    return { frame, prompt: linesAsPrompt([...above, prompt, ...below]) };
  });
}

/** Refuses "0: a cat 8: a dog", which would be one prompt with "8:" in it. */
function checkSeparated(prompt: string, frame: number): void {
  const number = /\s(\d+):\s/.exec(prompt)?.[1];
  if (number === undefined) return;
  const message = `the prompt of frame ${frame} contains "${number}:", expected a comma or a new line before a frame`;
  throw promptError(message, `write "${frame}: ..., ${number}: ...", or no space after the colon if it is no frame`);
}

/** Lines as one prompt, with commas between them. */
const linesAsPrompt = (lines: readonly string[]): string =>
  lines
    .map((line) => line.trim().replace(/,$/, ""))
    .filter((line) => line !== "")
    .join(", ");

const unquoted = (text: string): string =>
  text
    .trim()
    .replace(/,$/, "")
    .trim()
    .replace(/^"([\s\S]*)"$/, "$1");

/** The prompts in the order of their frames. @throws AquatintError "video/prompt" where one lies outside of the clip or two lie at one frame. */
export function checkedPromptKeys(prompt: string | readonly PromptKey[], frames: number): readonly PromptKey[] {
  if (typeof prompt === "string") return [{ frame: 0, prompt }];
  if (prompt.length === 0) throw promptError("a clip needs a prompt, and the list is empty", 'write one: "0: a cat"');
  const keys = prompt.toSorted((a, b) => a.frame - b.frame);
  for (const [k, { frame }] of keys.entries()) {
    if (!Number.isInteger(frame) || frame < 0 || frame >= frames) {
      const message = `a prompt is to hold at frame ${frame}, and the clip has the frames 0 to ${frames - 1}`;
      throw promptError(message, "count frames from 0, or ask for more frames");
    }
    if (k > 0 && keys[k - 1]?.frame === frame) {
      throw promptError(`two prompts are to hold at frame ${frame}`, "give each frame one prompt");
    }
  }
  return keys;
}

/** Weights of the prompts at a frame: those of the two keys beside it, or all of one key's. */
export function keyWeights(
  keys: readonly Pick<PromptKey, "frame">[],
  frame: number,
): readonly (readonly [key: number, weight: number])[] {
  const after = keys.findIndex((key) => key.frame > frame);
  const before = after === -1 ? keys.length - 1 : Math.max(after - 1, 0);
  const [a, b] = [keys[before], keys[after]];
  if (!a || !b || frame <= a.frame) return [[before, 1]];
  const share = (frame - a.frame) / (b.frame - a.frame);
  return [
    [before, 1 - share],
    [after, share],
  ];
}
