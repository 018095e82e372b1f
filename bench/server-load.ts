import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { newToken, tokenHash, writeUsers } from "../apps/server/src/auth/accounts.ts";
import { workerExecArgv } from "../apps/server/test/test-server.ts";

export interface ServerLoadOptions {
  readonly clients?: number;
  readonly seconds?: number;
  /** A PostgreSQL server in the place of PGlite. */
  readonly databaseUrl?: string | undefined;
}

/** Milliseconds between the polls of a client, and between its submissions. */
const POLL_EVERY = 1000;
const SUBMIT_EVERY = 10_000;
const script = fileURLToPath(new URL("../apps/server/test/serve-process.ts", import.meta.url));

/**
 * Times of a server in a process of its own under clients that are users of their own: each submits a job of the default model
 * every 10 s and polls its last one every second, while the worker draws. One job before loads the model.
 */
export async function serverLoad({ clients = 200, seconds = 40, databaseUrl }: ServerLoadOptions = {}) {
  const folder = await mkdtemp(join(tmpdir(), "aquatint-load-"));
  const tokens = Array.from({ length: clients }, newToken);
  const users = tokens.map((token, i) => {
    return { name: `user-${i}`, role: i === 0 ? ("admin" as const) : ("user" as const), tokens: [tokenHash(token)] };
  });
  const usersFile = join(folder, "users.json");
  await writeUsers(usersFile, users);
  const config = { port: 0, data: join(folder, "data"), usersFile, logLevel: "error", databaseUrl };
  const server = spawn(process.execPath, [...workerExecArgv, script, JSON.stringify(config)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const [line] = await once(server.stdout, "data");
    const { url } = JSON.parse(String(line)) as { readonly url: string };
    await firstJob(url, tokens[0] ?? "");
    await eventLoopDelay(url, tokens[0] ?? ""); // counts from here
    await using memory = memorySamples(server);
    const times = loadTimes();
    const end = performance.now() + 1000 * seconds;
    await Promise.all(
      tokens.map((token, i) => client({ url, token, times, end, delay: (SUBMIT_EVERY * i) / clients })),
    );
    const eventLoop = await eventLoopDelay(url, tokens[0] ?? "");
    return { clients, seconds, ...times.figures(), eventLoop, memory: memory.quarters() };
  } finally {
    const ended = once(server, "exit");
    if (server.exitCode === null && server.kill()) await ended;
    await rm(folder, { recursive: true, force: true });
  }
}

const request = { kind: "text-to-image", prompt: "a red apple, blue background", steps: 20 };

const submit = (url: string, token: string): Promise<Response> =>
  fetch(`${url}/v1/jobs`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
    body: JSON.stringify(request),
  });

const poll = (url: string, { token, id }: { readonly token: string; readonly id: string }): Promise<Response> =>
  fetch(`${url}/v1/jobs/${id}`, { headers: { authorization: `Bearer ${token}` } });

async function firstJob(url: string, token: string): Promise<void> {
  const { id } = (await (await submit(url, token)).json()) as { readonly id: string };
  for (;;) {
    const { state, error } = (await (await poll(url, { token, id })).json()) as Record<string, unknown>;
    if (state === "done") return;
    if (state === "failed") throw new Error(`the first job failed: ${JSON.stringify(error)}`);
    await pause(200);
  }
}

interface Client {
  readonly url: string;
  readonly token: string;
  readonly times: ReturnType<typeof loadTimes>;
  /** `performance.now()` at the end. */
  readonly end: number;
  /** Milliseconds before its first submission. */
  readonly delay: number;
}

async function client({ url, token, times, end, delay }: Client): Promise<void> {
  await pause(delay);
  let id: string | undefined;
  let nextSubmission = performance.now();
  for (let next = nextSubmission; next < end; next += POLL_EVERY) {
    await pause(Math.max(0, next - performance.now()));
    if (performance.now() >= nextSubmission) {
      nextSubmission += SUBMIT_EVERY;
      const { status, body } = await times.measure("submit", () => submit(url, token));
      if (status === 202) id = (JSON.parse(body) as { readonly id: string }).id;
    }
    const current = id;
    if (current !== undefined) await times.measure("poll", () => poll(url, { token, id: current }));
  }
}

/** Milliseconds until the whole answer was read, and how many answers had each status. */
function loadTimes() {
  const milliseconds = { submit: [] as number[], poll: [] as number[] };
  const statuses: Record<string, number> = {};
  return {
    async measure(name: keyof typeof milliseconds, ask: () => Promise<Response>) {
      const start = performance.now();
      const response = await ask();
      const body = await response.text();
      milliseconds[name].push(performance.now() - start);
      const key = `${name} ${response.status}`;
      statuses[key] = (statuses[key] ?? 0) + 1;
      return { status: response.status, body };
    },
    figures: () => ({ submit: shares(milliseconds.submit), poll: shares(milliseconds.poll), statuses }),
  };
}

function shares(values: readonly number[]) {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => Math.round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0);
  return { count: sorted.length, p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1) };
}

/** Milliseconds that the server's event loop was late, of 99 % of the times and at most, since the last call. */
async function eventLoopDelay(url: string, token: string) {
  const text = await (await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${token}` } })).text();
  const milliseconds = (name: string) =>
    Math.round(1000 * Number(new RegExp(`^aquatint_nodejs_eventloop_lag_${name}_seconds (.+)$`, "m").exec(text)?.[1]));
  return { p99: milliseconds("p99"), max: milliseconds("max") };
}

/** Milliseconds between looks at the server's memory. */
const SAMPLE_EVERY = 2000;

/** MB of the server's process in each quarter of the time: the mean. */
function memorySamples(server: ChildProcess) {
  const samples: number[] = [];
  const timer = setInterval(() => void memoryOf(server).then((size) => samples.push(size)), SAMPLE_EVERY);
  return {
    quarters(): readonly number[] {
      const length = Math.max(1, Math.floor(samples.length / 4));
      const parts = [0, 1, 2, 3].map((i) => samples.slice(i * length, (i + 1) * length));
      return parts.map((part) => Math.round(part.reduce((sum, size) => sum + size, 0) / Math.max(1, part.length)));
    },
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
    },
  };
}

/** MB that a process holds. */
async function memoryOf({ pid }: ChildProcess): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
}
