import { AquatintError } from "../errors.ts";

/** The error "picture/truncated" or "picture/corrupt" of a picture file, with what was found in it. */
export const damaged = (kind: "truncated" | "corrupt", name: string, found: string): AquatintError =>
  new AquatintError(`picture/${kind}`, `${name}: ${found}`, { hint: "fetch or save it again" });
