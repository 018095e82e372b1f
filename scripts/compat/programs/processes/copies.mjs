// Two copies of the library in one process, at the same time: node copies.mjs
import { cpSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { facts } from "./image.mjs";

const library = dirname(createRequire(import.meta.url).resolve("aquatint/package.json"));
const copy = join(import.meta.dirname, "copy");
cpSync(library, copy, { recursive: true });
const second = await import(pathToFileURL(join(copy, "dist/node.js")).href);
const [a, b] = await Promise.all([facts(), facts({}, second)]);
console.log(second.generate === (await import("aquatint/node")).generate, Buffer.compare(a, b));
