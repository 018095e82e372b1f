import { writeFileAndFolder } from "../files.node.ts";
import type { Clip } from "./clip.ts";
import type { ClipSettings, VideoFormat } from "./format.ts";

/** A kind of file, by what encodes it. */
export interface FileFormat extends Omit<VideoFormat, "check" | "write"> {
  /** Checks that what encodes it is there. @throws AquatintError. */
  check?(): Promise<void>;
  encode(clip: Clip, settings: ClipSettings): Promise<Uint8Array>;
}

/** A kind of file whose bytes are written to its path. */
export const fileFormat = ({ check, encode, ...format }: FileFormat): VideoFormat => ({
  ...format,
  check: async () => check?.(),
  write: async (path, clip, settings) => writeFileAndFolder(path, await encode(clip, settings)),
});
