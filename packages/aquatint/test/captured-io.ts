import { Writable } from "node:stream";
import type { Io, Output } from "../src/cli/io.ts";

/** What a captured terminal is like. */
export interface CapturedOptions {
  readonly cwd: string;
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly env?: Io["env"];
  readonly signal?: AbortSignal;
  /** Sees everything that is written to stderr. */
  readonly onStderr?: (text: string) => void;
}

/** Surroundings of a command that keep what it writes. */
export function capturedIo({ cwd, isTTY = false, columns = 100, onStderr = () => {}, ...rest }: CapturedOptions) {
  const [out, err]: [string[], string[]] = [[], []];
  const stream = (chunks: string[], onText: (text: string) => void): Output => {
    const writable = new Writable({
      decodeStrings: false,
      write(chunk: string, _, done) {
        chunks.push(chunk);
        onText(chunk);
        done();
      },
    });
    return Object.assign(writable, { isTTY, columns });
  };
  const io: Io = {
    env: {},
    signal: new AbortController().signal,
    ...rest,
    cwd,
    stdout: stream(out, () => {}),
    stderr: stream(err, onStderr),
  };
  return { io, out: () => out.join(""), err: () => err.join("") };
}
