import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** How long something took. CPU time counts all threads, and hardly depends on what else the machine does. */
export interface Timing {
  readonly ms: number;
  readonly cpuMs: number;
}

/** A process that works when it is sent a line, and answers in lines of JSON. */
export interface Contender<Figures> extends AsyncDisposable {
  /** Has it work on a line, which may be empty. */
  ask(line?: string): Promise<Figures>;
  /** Its next answer, to nothing that was asked. */
  answer(): Promise<Figures>;
  /** Milliseconds from the start of the process. */
  elapsed(): number;
}

/** Starts such a process; disposing of it closes its input and waits for its end. */
export function contender<Figures>(command: string, args: readonly string[]): Contender<Figures> {
  const started = performance.now();
  const child = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
  const ended = Promise.race([once(child, "exit"), once(child, "error")]).then(([reason]) => {
    throw new Error(`${command} ended: ${reason}; for the peer: pip install -r bench/peers/requirements.txt`);
  });
  ended.catch(() => {}); // told by the call that waits
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async () => JSON.parse((await Promise.race([lines.next(), ended])).value as string) as Figures;
  return {
    answer,
    ask(line = "") {
      child.stdin.write(`${line}\n`);
      return answer();
    },
    elapsed: () => performance.now() - started,
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      await ended.catch(() => {});
    },
  };
}

/** A program of bench/peers, with the requirements of its requirements.txt installed for `python`. */
export const peer = <Figures>(program: string, { python, args }: { python: string; args: readonly string[] }) =>
  contender<Figures>(python, [fileURLToPath(new URL(program, import.meta.url)), ...args]);
