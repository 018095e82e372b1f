/** `npm run parity -- DIR`: compares everything it knows in a folder of reference data with what Aquatint computes. */
import { AquatintError, messageOf } from "../../packages/aquatint/src/errors.ts";
import { outcomes } from "./compare.ts";

const folder = process.argv[2];
if (!folder) {
  console.error("usage: npm run parity -- DIR   (a folder of reference data: random.json, train-*.json, ...)");
  process.exit(2);
}
try {
  let [passed, failed] = [0, 0];
  for await (const outcome of outcomes(folder)) {
    console.log(JSON.stringify(outcome));
    if ("skipped" in outcome) continue;
    if (outcome.ok) passed++;
    else failed++;
  }
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed ? 1 : 0;
} catch (error) {
  console.error(`error: ${messageOf(error)}`);
  if (error instanceof AquatintError && error.hint) console.error(`hint: ${error.hint}`);
  process.exitCode = 1;
}
