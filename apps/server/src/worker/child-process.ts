import { fork } from "node:child_process";
import { once } from "node:events";
import { constants, setPriority } from "node:os";
import { fileURLToPath } from "node:url";
import { messageOf } from "aquatint";
import type { Changes } from "../queue/changes.ts";
import type { JobLeases } from "../queue/leases.ts";
import type { WorkerConfig } from "./config.ts";
import type { ToServer, ToWorker } from "./messages.ts";
import type { WorkerLink } from "./start.ts";

/** A worker in a child process, which is started again where it ends. */
export interface ChildWorker {
  /** The process that runs now. */
  readonly pid: number | undefined;
  /** Ends it after the job under way. */
  stop(): Promise<void>;
}

/** What a worker in a child process needs of the server. */
export interface ChildWorkerOptions extends Pick<WorkerLink, "log"> {
  /** The configuration for each start, with an id of its own. */
  readonly config: () => WorkerConfig;
  readonly leases: JobLeases;
  readonly changes: Changes;
  /** Called with the id of a worker that ended, whose lease counts no more. */
  readonly onLost: (id: string) => Promise<unknown>;
  /** Arguments of Node before the script. */
  readonly execArgv?: readonly string[] | undefined;
}

/** Milliseconds before a worker that ended is started again, doubled up to a minute while it ends at once. */
const RESTART = 250;
const RESTART_MOST = 60_000;
/** Milliseconds that a worker must live for its end not to count as at once. */
const ALIVE = 60_000;
/** Milliseconds without a change after which the queue is looked into. */
const POLL = 1000;

/** Starts a worker. */
export function childWorker(options: ChildWorkerOptions): ChildWorker {
  let child: ReturnType<typeof startChild> | undefined;
  let stopping = false;
  let pause = RESTART;
  let timer: NodeJS.Timeout | undefined;
  const start = (): void => {
    const born = Date.now();
    child = startChild(options);
    const { id } = child;
    void child.exit.then(async (reason) => {
      child = undefined;
      await options
        .onLost(id)
        .catch((error: unknown) => options.log("error", { error: messageOf(error) }, "lease not ended"));
      if (stopping) return;
      pause = Date.now() - born > ALIVE ? RESTART : Math.min(RESTART_MOST, 2 * pause);
      options.log("error", { worker: id, reason, pause }, "the worker ended and is started again");
      timer = setTimeout(start, pause);
    });
  };
  start();
  return {
    get pid() {
      return child?.pid;
    },
    async stop() {
      stopping = true;
      clearTimeout(timer);
      options.changes.stop();
      child?.stop();
      await child?.exit;
    },
  };
}

function startChild({ config: configOf, leases, changes, log, execArgv = [] }: ChildWorkerOptions) {
  const config = configOf();
  const entry = fileURLToPath(new URL("./child.ts", import.meta.url));
  const child = fork(entry, {
    execArgv: [...execArgv],
    serialization: "advanced",
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  yieldCores(child.pid, log);
  const send = (message: ToWorker) => {
    if (child.connected) child.send(message, () => {});
  };
  const kill = () => child.kill("SIGKILL");
  process.once("exit", kill);
  const exit = once(child, "exit").then(
    ([code, signal]) => String(signal ?? code),
    (error: unknown) => messageOf(error),
  );
  child.on("message", (message: ToServer) => {
    if (message.type === "log") log(message.level, message.fields, message.message);
    else void answer(message, leases).then(send);
  });
  const ended = new AbortController();
  void exit.then(() => {
    process.off("exit", kill);
    ended.abort();
  });
  void tellChanges(changes, ended.signal, () => send({ type: "change" }));
  send({ type: "start", config });
  return { id: config.id, pid: child.pid, exit, stop: () => send({ type: "stop" }) };
}

/** Lets the process that answers requests go before the one that draws, which uses every core. */
function yieldCores(pid: number | undefined, log: ChildWorkerOptions["log"]): void {
  if (pid === undefined) return;
  try {
    setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch (error) {
    log("error", { error: messageOf(error) }, "the worker's priority was not lowered");
  }
}

async function answer(
  { call, method, argument }: Extract<ToServer, { readonly type: "call" }>,
  leases: JobLeases,
): Promise<ToWorker> {
  const ask: (argument: never) => Promise<unknown> = leases[method];
  return ask(argument as never).then(
    (value) => ({ type: "answer", call, value }),
    (error: unknown) => ({ type: "answer", call, error: messageOf(error) }),
  );
}

async function tellChanges(changes: Changes, ended: AbortSignal, tell: () => void): Promise<void> {
  while (!ended.aborted) {
    await changes.next(POLL, ended);
    tell();
  }
}
