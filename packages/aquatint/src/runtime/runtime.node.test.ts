import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { describeRuntime } from "./cases/runtime.cases.ts";
import { nodeRuntime } from "./runtime.node.ts";

describe("the runtime of Node", () => {
  describeRuntime(nodeRuntime, "wasm");

  test("a process with an idle runtime may end, one with a call under way waits for it", async () => {
    const program = `
      import { nodeRuntime } from ${JSON.stringify(new URL("./runtime.node.ts", import.meta.url).href)};
      import { ponder, float, thought } from ${JSON.stringify(new URL("./cases/models.cases.ts", import.meta.url).href)};
      const runtime = await nodeRuntime();
      const program = await runtime.load(ponder);
      const state = await runtime.createState({ w: float(0) });
      program.run({ x0: thought }, { state }).then(() => console.log("ran"));
    `;
    const args = ["--import", "tsx", "--input-type=module", "--eval", program];
    const cwd = fileURLToPath(new URL(".", import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd });
    expect(stdout).toBe("ran\n");
  });
});
