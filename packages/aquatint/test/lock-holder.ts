/** `node lock-holder.js PATH`: takes a lock, says so on stdout, holds it until stdin ends and releases it; exits with 3 where it is refused. */

import { once } from "node:events";
import { AquatintError } from "../src/errors.ts";
import { exclusiveLock } from "../src/formats/lock.node.ts";

const [path = ""] = process.argv.slice(2);
try {
  await using _ = await exclusiveLock(path);
  console.log("held");
  await once(process.stdin.resume(), "end");
} catch (error) {
  if (!(error instanceof AquatintError && error.code === "file/locked")) throw error;
  process.exitCode = 3;
}
