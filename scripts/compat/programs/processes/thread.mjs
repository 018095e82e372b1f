// A thread makes an image and ends; another one is terminated in the middle.
import { once } from "node:events";
import { setTimeout } from "node:timers/promises";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { facts } from "./image.mjs";

if (isMainThread) {
  const whole = new Worker(new URL(import.meta.url), { workerData: { steps: 4 } });
  const [message] = await once(whole, "message");
  const [code] = await once(whole, "exit");
  const part = new Worker(new URL(import.meta.url), { workerData: { steps: 1000 } });
  await setTimeout(2500);
  console.log(message, code, await part.terminate());
} else {
  parentPort.postMessage((await facts(workerData)).length);
}
