/** `node lock-holder.js PATH MS`: takes a lock, says so on stdout, holds it so long and releases it; exits with 3 where it is refused. */

import { setTimeout as wait } from "node:timers/promises";
import { AquatintError } from "../src/errors.ts";
import { exclusiveLock } from "../src/formats/lock.node.ts";

const [path = "", ms = "0"] = process.argv.slice(2);
try {
  await using _ = await exclusiveLock(path);
  console.log("held");
  await wait(Number(ms));
} catch (error) {
  if (!(error instanceof AquatintError && error.code === "file/locked")) throw error;
  process.exitCode = 3;
}
