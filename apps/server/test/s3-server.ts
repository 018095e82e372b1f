import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { S3Options } from "../src/storage/s3-client.ts";

/** Packages of the stand-in: moto checks signatures with botocore, the code of Amazon's own client. */
export const s3Packages = ["moto[s3]==5.2.1", "flask==3.1.3", "flask-cors==6.0.5"];

const script = fileURLToPath(new URL("./s3_server.py", import.meta.url));

/** A stand-in for an S3-compatible store, in a process of its own. */
export interface S3Server extends AsyncDisposable {
  readonly options: S3Options;
  /** The keys in its bucket. */
  keys(): Promise<readonly string[]>;
}

/** Starts one with an empty bucket. */
export async function s3Server(python: string): Promise<S3Server> {
  const child = spawn(python, [script], { stdio: ["pipe", "pipe", "ignore"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => JSON.parse((await lines.next()).value ?? "null");
  return {
    options: await next(),
    keys() {
      child.stdin.write("\n");
      return next();
    },
    async [Symbol.asyncDispose]() {
      const ended = once(child, "exit");
      child.kill("SIGKILL");
      await ended;
    },
  };
}
