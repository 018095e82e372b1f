import { constants, Script } from "node:vm";
import { expect, test } from "vitest";
import { optionalPackage } from "./optional-package.ts";

/** Node's own import, whose errors are the ones that count; the test runner's has others. */
const nodeImport: (name: string) => Promise<never> = new Script("(name) => import(name)", {
  importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
}).runInThisContext();

test("what is installed is handed out", async () => {
  expect(await optionalPackage({ name: "lab", load: async () => ({ draws: true }) }, "a report")).toEqual({
    draws: true,
  });
});

test.each(["@aquatint/not-there", "@aquatint/not-there/commands"])(
  "%s is missing, and the error says how to install it",
  async (entry) => {
    const missing = optionalPackage({ name: "@aquatint/not-there", load: () => nodeImport(entry) }, "aquatint paint");
    await expect(missing).rejects.toMatchObject({
      code: "package/missing",
      message: "aquatint paint needs the package @aquatint/not-there, which is not installed",
      hint: "npm install @aquatint/not-there",
    });
  },
);

test("a package that lacks one of its own packages, or fails as it loads, is broken and not missing", async () => {
  const broken = optionalPackage({ name: "@aquatint/lab", load: () => nodeImport("@aquatint/not-there") }, "a report");
  await expect(broken).rejects.toMatchObject({
    code: "package/broken",
    message: expect.stringMatching(/^a report needs the package @aquatint\/lab, which cannot be loaded: .*not-there/),
  });
  const failing = { name: "@aquatint/lab", load: () => Promise.reject(new SyntaxError("no")) };
  await expect(optionalPackage(failing, "a report")).rejects.toMatchObject({ code: "package/broken" });
});
