// Starts a script of the server: its bundle of this run of the tests, or else its source.
import { existsSync } from "node:fs";
import { register } from "node:module";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";

const run = process.env.AQUATINT_TEST_FOLDER;
const entry = process.argv[1];
const bundle = run && join(run, "server", `${basename(entry, ".ts")}.js`);
if (bundle && existsSync(bundle)) {
  const [from, to] = [entry, bundle].map((path) => JSON.stringify(pathToFileURL(path).href));
  const hook = `export const resolve = (target, context, next) => next(target === ${from} ? ${to} : target, context);`;
  register(`data:text/javascript,${encodeURIComponent(hook)}`);
} else if (entry.endsWith(".ts")) await import("tsx");
