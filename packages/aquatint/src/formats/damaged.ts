import { AquatintError } from "../errors.ts";

/** The error "picture/truncated" or "picture/corrupt" of a picture file, with what was found in it. */
export const damaged = (kind: "truncated" | "corrupt", name: string, problem: string): AquatintError =>
  new AquatintError(`picture/${kind}`, `${name}: ${problem}`, { hint: "fetch or save it again" });
