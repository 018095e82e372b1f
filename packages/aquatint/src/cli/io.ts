import { AquatintError } from "../errors.ts";

/** A stream of text that may be a terminal. */
export interface Output extends NodeJS.WritableStream {
  readonly isTTY?: boolean;
  /** Characters in a line of the terminal. */
  readonly columns?: number;
  /** Lines that the terminal shows. */
  readonly rows?: number;
}

/** Everything that a command reads of its surroundings. */
export interface Io {
  readonly stdout: Output;
  readonly stderr: Output;
  /** The folder that relative paths start from. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted with an `Interrupted` where the user or the system ends the command. */
  readonly signal: AbortSignal;
}

const exitCodes = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;
/** The signals that end a command cleanly. */
export type EndingSignal = keyof typeof exitCodes;

/** Why a command was aborted. */
export class Interrupted extends AquatintError {
  override readonly name = "Interrupted";
  /** 128 + the signal's number, as shells count. */
  readonly exitCode: number;
  constructor(signal: EndingSignal) {
    super("cli/interrupted", `ended by ${signal}`);
    this.exitCode = exitCodes[signal];
  }
}

/** Runs a command in this process. The first SIGHUP, SIGINT or SIGTERM aborts it, a second one kills. */
export async function inProcess(command: (io: Io) => Promise<number>): Promise<number> {
  const controller = new AbortController();
  const listeners = (Object.keys(exitCodes) as EndingSignal[]).map((name) => {
    return [name, () => end(new Interrupted(name))] as const;
  });
  const stopListening = () => {
    for (const [name, listener] of listeners) process.off(name, listener);
  };
  const end = (reason: Interrupted) => {
    stopListening();
    controller.abort(reason);
  };
  for (const [name, listener] of listeners) process.on(name, listener);
  const { stdout, stderr, env } = process;
  const failedOutput = watchedFailure(stdout);
  watchedFailure(stderr);
  try {
    const code = await command({ stdout, stderr, env, cwd: process.cwd(), signal: controller.signal });
    await Promise.all([stdout, stderr].map(flushed));
    return code === 0 ? outputCode(failedOutput(), stderr) : code;
  } finally {
    stopListening();
  }
}

/** Error codes of a stream that nobody reads any more: a closed pipe, a terminal that is gone. */
const CLOSED = new Set(["EPIPE", "EIO", "ECONNRESET", "ERR_STREAM_DESTROYED"]);
const failures = new WeakMap<object, { error?: NodeJS.ErrnoException }>();

/**
 * Watches a stream of the process until it ends: without a listener its failure would end the process in the middle of
 * its work. Returns what asks for its first failure.
 */
function watchedFailure(stream: NodeJS.WritableStream): () => NodeJS.ErrnoException | undefined {
  const failure = failures.get(stream) ?? {};
  if (!failures.has(stream)) {
    failures.set(stream, failure);
    stream.on("error", (error: NodeJS.ErrnoException) => {
      failure.error ??= error;
    });
  }
  return () => failure.error;
}

const flushed = (stream: NodeJS.WritableStream): Promise<void> =>
  new Promise((resolve) => {
    stream.write("", () => setImmediate(resolve)); // a failure is told to the callback first, then to listeners
  });

/** The exit code of a command that did its work: 0 where its output was written, or where nobody wanted it. */
function outputCode(failure: NodeJS.ErrnoException | undefined, stderr: Output): number {
  if (!failure || CLOSED.has(failure.code ?? "")) return 0;
  const reason = failure.code === "ENOSPC" ? "the disk is full" : failure.message;
  stderr.write(`error: cannot write to the standard output: ${reason}\n`);
  stderr.write("hint: the files of the command are written; send its output elsewhere\n");
  return 1;
}
