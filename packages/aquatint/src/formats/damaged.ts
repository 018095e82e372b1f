import { AquatintError } from "../errors.ts";

/** The error "image/truncated" or "image/corrupt" of an image file, with what was found in it. */
export const damaged = (kind: "truncated" | "corrupt", name: string, problem: string): AquatintError =>
  new AquatintError(`image/${kind}`, `${name}: ${problem}`, { hint: "fetch or save it again" });
