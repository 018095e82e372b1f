import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { main } from "aquatint/cli";
import { afterAll, beforeAll, expect, test } from "vitest";
import { capturedIo } from "../../../../packages/aquatint/test/captured-io.ts";
import { testServer } from "../../test/test-server.ts";

let cwd: string;
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "aquatint-users-"));
});
afterAll(() => rm(cwd, { recursive: true }));

async function users(...args: readonly string[]) {
  const { io, out, err } = capturedIo({ cwd });
  return { code: await main(["users", ...args], io), out: out(), err: err() };
}

test("users are added, listed and removed, and a running server follows", async () => {
  const ann = await users("add", "ann", "--role", "admin");
  expect(ann, ann.err).toMatchObject({ code: 0, out: expect.stringMatching(/^aq_\S+\n$/) });
  const second = await users("add", "ann");
  const bob = await users("add", "bob");
  expect((await users("list")).out).toBe("ann  admin  2 tokens\nbob  user  1 token\n");
  const file = join(cwd, "users.json");
  const text = await readFile(file, "utf8");
  for (const { out } of [ann, second, bob]) expect(text).not.toContain(out.trim());
  if (process.platform !== "win32") expect((await stat(file)).mode & 0o077).toBe(0);

  await using server = await testServer({ usersFile: file });
  const status = async (token: string) =>
    (await server.call("/v1/jobs", { headers: { authorization: `Bearer ${token.trim()}` } })).status;
  for (const { out } of [ann, second, bob]) expect(await status(out)).toBe(200);
  expect((await users("remove", "ann")).code).toBe(0);
  await expect.poll(() => status(ann.out), { interval: 500 }).toBe(401);
  expect(await status(second.out)).toBe(401);
  expect(await status(bob.out)).toBe(200);
  expect((await users("add", "bob", "--role", "admin")).code).toBe(0);
  expect((await users("list")).out).toBe("bob  admin  2 tokens\n");
  const carol = await users("add", "carol");
  await expect.poll(() => status(carol.out), { interval: 500 }).toBe(200);
});

test.each([
  [["add", "ann smith"], "cannot be the name of a user"],
  [["add", "ann", "--role", "king"], "king"],
  [["remove", "nobody"], 'there is no user "nobody"'],
])("%j is refused", async (args, message) => {
  const { code, err } = await users(...args, "--users", "other.json");
  expect(code).toBeGreaterThan(0);
  expect(err).toContain(message);
});
