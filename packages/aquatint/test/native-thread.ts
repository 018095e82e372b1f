/** `node native-thread.js exit|terminate|none [ENDING]`: runs `native-call.js ENDING` in a thread of its own, and ends as it is told. */
import { setTimeout as wait } from "node:timers/promises";
import { Worker } from "node:worker_threads";

const [end, ...argv] = process.argv.slice(2);
const thread = new Worker(new URL("native-call.js", import.meta.url), { argv });
thread.on("exit", (code) => console.log(`thread ${code}`));
thread.on("error", ({ message }) => console.log(message));
thread.once("message", async () => {
  await wait(50 + 200 * Math.random());
  if (end === "exit") process.exit(7);
  if (end === "terminate") await thread.terminate();
});
