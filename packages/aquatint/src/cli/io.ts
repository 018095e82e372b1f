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

const exitCodes = { SIGINT: 130, SIGTERM: 143 } as const;
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

/** Runs a command in this process. The first SIGINT or SIGTERM aborts it, a second one kills. */
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
  try {
    return await command({ stdout, stderr, env, cwd: process.cwd(), signal: controller.signal });
  } finally {
    stopListening();
  }
}
