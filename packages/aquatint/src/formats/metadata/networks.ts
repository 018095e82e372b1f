import { itemAt } from "../../util/items.ts";
import type { NetworkCall } from "./types.ts";

/** A call of an extra network in a prompt, as AUTOMATIC1111's web UI reads it: any word, a colon and arguments. */
const call = /<(\w{1,40}):([^<>]{1,1000})>/g;

/** A prompt without its calls, and the calls. */
export interface NetworkPrompt {
  readonly prompt: string;
  readonly networks: readonly NetworkCall[];
}

/** Takes `<lora:name:0.8>` and the like out of a prompt; the space before one goes with it where nothing is joined by that. */
export function withoutNetworks(prompt: string): NetworkPrompt {
  const networks: NetworkCall[] = [];
  let end = 0;
  let rest = "";
  for (const match of prompt.matchAll(call)) {
    networks.push(networkCall(itemAt(match, 1), itemAt(match, 2)));
    const before = prompt.slice(end, match.index);
    end = match.index + match[0].length;
    rest += joins(before, prompt[end]) ? before.trimEnd() : before;
  }
  return { prompt: networks.length > 0 ? (rest + prompt.slice(end)).trim() : prompt, networks };
}

/** Tells whether the space before a call can go: two commas that touch are one token of CLIP, so that they are kept apart. */
const joins = (before: string, next = ""): boolean =>
  next === "" || /\s/.test(next) || (next === "," && /[\p{L}\p{N})]\s*$/u.test(before));

/** A call of its kind and the arguments behind it: "style:0.8", "style:0.5:0.7", "style:te=0.5". */
export function networkCall(kind: string, args: string): NetworkCall {
  const [name = "", ...rest] = args.split(":").map((part) => part.trim());
  const scale = rest.length === 0 ? 1 : rest.length === 1 ? Number(rest[0]) : Number.NaN;
  const text = [name, ...rest].join(":");
  return { kind: kind.toLowerCase(), name, scale: Number.isFinite(scale) ? scale : undefined, text };
}

/** A LoRA of a program that has a list of them. */
export const loraCall = (name: string, scale: number | undefined): NetworkCall => ({
  ...{ kind: "lora", name, scale },
  text: scale === undefined ? name : `${name}:${scale}`,
});
