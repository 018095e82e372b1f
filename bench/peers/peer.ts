import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** How long something took. CPU time counts all threads, and hardly depends on what else the machine does. */
export interface Timing {
  readonly ms: number;
  readonly cpuMs: number;
}

/** A PyTorch program that makes one step for each line that it is sent. */
export interface Peer extends AsyncDisposable {
  /** Makes one step of a variant. */
  step(variant: string): Promise<Timing>;
}

/** Starts a program of bench/peers with the requirements of its requirements.txt installed for `python`. */
export function startPeer(program: string, { python, threads }: { python: string; threads: number }): Peer {
  const script = fileURLToPath(new URL(program, import.meta.url));
  const child = spawn(python, [script, "--threads", String(threads)], { stdio: ["pipe", "pipe", "inherit"] });
  const failed = once(child, "error").then(([error]) => {
    throw error;
  });
  const ended = once(child, "exit").then(([code]) => {
    throw new Error(`${python} ended with exit code ${code}: pip install -r bench/peers/requirements.txt`);
  });
  for (const never of [failed, ended]) never.catch(() => {}); // told by the step that waits
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async step(variant) {
      child.stdin.write(`${variant}\n`);
      const { value } = await Promise.race([lines.next(), failed, ended]);
      const [ms, cpuMs] = String(value).split(" ").map(Number);
      return { ms: ms!, cpuMs: cpuMs! };
    },
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      await ended.catch(() => {});
    },
  };
}
