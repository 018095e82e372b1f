import { expect, test } from "vitest";
import { capturedIo } from "../../test/captured-io.ts";
import { main } from "./main.ts";

async function helpOf(...args: readonly string[]): Promise<string> {
  const { io, out } = capturedIo({ cwd: "." });
  expect(await main([...args, "--help"], io)).toBe(0);
  return out().replace(/\s+/g, " ");
}
test("options that a command needs are marked", async () => {
  expect(await helpOf("encode")).toMatch(/--out <folder> [^-]*\(required\)/);
  expect(await helpOf("quantize")).toMatch(/--out <file> [^-]*\(required\)/);
  expect(await helpOf("generate")).not.toContain("(required)");
});

test.each(["generate", "video", "encode", "quantize", "cache", "serve", "worker", "mcp", "studio", "users"])(
  "the help of %s has a description, and defaults that can be read",
  async (name) => {
    const help = await helpOf(name);
    expect(help).toMatch(new RegExp(`^Usage: aquatint ${name} .*?\\] (?:[<[][\\w ]+[\\]>] )*[A-Z].*\\.? Options:`));
    expect(help).not.toMatch(/default: (\[|\{|undefined|null)/);
    expect(help).not.toMatch(/\(default: [^)]*\) \(default:/);
  },
);
