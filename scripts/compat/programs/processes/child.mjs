// A child process makes an image and ends by itself.
import { fork } from "node:child_process";
import { once } from "node:events";
import { facts } from "./image.mjs";

if (process.send) {
  process.send((await facts()).length);
  process.disconnect();
} else {
  const child = fork(new URL(import.meta.url));
  const [[message], [code]] = await Promise.all([once(child, "message"), once(child, "exit")]);
  console.log(message, code);
}
