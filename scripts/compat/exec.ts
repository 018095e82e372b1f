import { spawn } from "node:child_process";
import { mkdtemp, readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Where and how long a command runs. */
export interface ExecOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** Seconds until it is killed, with all that it started. */
  readonly limit?: number | undefined;
  /** The exit code that it has to have; 0 when absent. */
  readonly code?: number;
}

/** Runs a command to its end; returns what it printed. @throws Error with the end of its output where it fails. */
export function exec(
  command: string,
  args: readonly string[],
  { cwd, env, limit = 180, code: expected = 0 }: ExecOptions,
) {
  return new Promise<string>((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      detached: true,
      env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: "skip", ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (output += data));
    const timer = setTimeout(() => killTree(child.pid), limit * 1000);
    child.on("error", reject);
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      if (code === expected) return resolve(output);
      const line = [command.split("/").at(-1), ...args].join(" ").slice(0, 120);
      reject(new Error(`${line}: ${signal ? `killed after ${limit} s` : `exit code ${code}`}\n${output.slice(-3000)}`));
    });
  });
}

/** Ends a child that was started detached, and its children. */
export function killTree(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, "SIGKILL");
  } catch {} // it has ended by itself
}

/** Runs a program with an empty home folder, in which ONNX Runtime may leave nothing. */
export async function execInEmptyHome(command: string, args: readonly string[], options: ExecOptions): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), "aquatint-home-"));
  const output = await exec(command, args, {
    ...options,
    env: { ...emptyHome(home), ...options.env },
  });
  await expectNoTelemetry(home);
  return output;
}

/** The environment of a program whose home is `home`. ORT_DISABLE_TELEMETRY is the library's to set. */
export const emptyHome = (home: string) => ({
  HOME: home,
  XDG_CACHE_HOME: undefined,
  ORT_DISABLE_TELEMETRY: undefined,
});

/** @throws Error where ONNX Runtime's telemetry wrote into the home folder. */
export async function expectNoTelemetry(home: string): Promise<void> {
  const telemetry = (await readdir(home, { recursive: true })).filter((path) => /onnxruntime/i.test(path));
  if (telemetry.length > 0)
    throw new Error(`ONNX Runtime's telemetry wrote ${telemetry.join(", ")} into the home folder`);
}
