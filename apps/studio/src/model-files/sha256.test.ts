import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { sha256Stream } from "./sha256.ts";

const bytesOf = (length: number) => Uint8Array.from({ length }, (_, i) => (i * 2654435761) >>> 13);

test.each([0, 1, 55, 56, 63, 64, 65, 119, 120, 128, 1000, 100_003])("of %i bytes, in parts of many sizes", (length) => {
  const bytes = bytesOf(length);
  const expected = createHash("sha256").update(bytes).digest("hex");
  for (const size of [1, 7, 64, 65, 4096, 200_000]) {
    const hash = sha256Stream();
    for (let at = 0; at < length; at += size) hash.update(bytes.subarray(at, at + size));
    expect(hash.digest(), `parts of ${size}`).toBe(expected);
  }
});
