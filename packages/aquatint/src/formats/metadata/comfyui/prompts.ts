import type { ImageMetadata } from "../types.ts";

/** Tells whether a prompt has weights: a parenthesis without a backslash before it. */
const weighted = (text: string): boolean => /(^|[^\\])\(/.test(text);
const WEIGHTS = "ComfyUI weighs words against an empty prompt, here they are multiplied without restoring the mean";
/** Signs of the web UI's syntax that are text in ComfyUI's. */
const signs = /\bAND\b|\bBREAK\b|(?<!\\)\[|:\s*[-+]?[\d.]+\s*$/;
const SIGNS =
  "ComfyUI reads AND, BREAK, square brackets and a number at the end as words, here they are the web UI's signs";

/**
 * Prompts in ComfyUI's syntax: (word:1.2) only, so that square brackets and BREAK are words. A prompt without weights is
 * read literally.
 */
export function comfyPrompts(
  prompt: string | undefined,
  negative: string | undefined,
): Pick<ImageMetadata, "prompt" | "negative" | "promptSyntax" | "emphasis" | "notes"> {
  const texts = { ...(prompt !== undefined && { prompt }), ...(negative !== undefined && { negative }) };
  if (!weighted(prompt ?? "") && !weighted(negative ?? "")) return texts;
  const notes = signs.test(prompt ?? "") || signs.test(negative ?? "") ? [WEIGHTS, SIGNS] : [WEIGHTS];
  return { ...texts, promptSyntax: "a1111", emphasis: "No norm", notes };
}
