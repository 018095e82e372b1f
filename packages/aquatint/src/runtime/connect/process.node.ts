import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Connect } from "../host/request-queue.ts";
import { noTelemetry } from "./telemetry.node.ts";

/**
 * Starts the script at `entry` in a process of its own, which ends with the thread that started it. A thread may be
 * terminated at any time, and a thread below it that is inside native code would take the whole process along.
 */
export const connectProcess =
  (entry: URL): Connect =>
  ({ onAnswer, onExit }) => {
    const child = fork(fileURLToPath(entry), {
      execArgv: [],
      env: { ...process.env, ...noTelemetry },
      serialization: "advanced",
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    const kill = (): void => {
      child.kill("SIGKILL");
    };
    process.once("exit", kill);
    const exit = once(child, "exit").then(
      ([code, signal]) => onExit(new Error(`exit code ${code ?? signal}`)),
      (error: unknown) => onExit(error),
    );
    child.on("message", onAnswer);
    child.on("error", onExit);
    return {
      post: (request) => child.send(request),
      keepAlive(busy) {
        for (const handle of [child, child.channel]) busy ? handle?.ref() : handle?.unref();
      },
      async close() {
        process.off("exit", kill);
        child.ref();
        kill();
        await exit;
      },
    };
  };
