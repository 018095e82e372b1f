import { describe, expect, test } from "vitest";
import { checkpoints } from "./checkpoints.cases.ts";
import { embeddings } from "./embeddings.cases.ts";
import { loras } from "./loras.cases.ts";
import { outcome } from "./row.ts";

describe.each([
  ["LoRA", loras],
  ["textual inversion", embeddings],
  ["checkpoint", checkpoints],
])("%s", (_, rows) => {
  test.each(rows.map((row) => [`${row.what}, from ${row.from}: ${row.result}`, row] as const))(
    "%s",
    async (_name, row) => {
      expect(await outcome(row)).toMatchObject(row.expected as object);
    },
  );
});
