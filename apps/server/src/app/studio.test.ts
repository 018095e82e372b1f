import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { testServer } from "../../test/test-server.ts";

const page = "<html><head></head><body>page</body></html>";

test("the studio's page is served to everybody, and the API beside it still needs a token", async () => {
  await using server = await testServer({ token: "secret" }, async (folder) => {
    await mkdir(join(folder, "page/assets"), { recursive: true });
    await writeFile(join(folder, "page/index.html"), page);
    await writeFile(join(folder, "page/assets/a.js"), "1");
    return { studio: join(folder, "page") };
  });
  const root = await server.call("/");
  expect([new URL(root.url).pathname, await root.text()]).toEqual([
    "/studio/",
    page.replace("</head>", '<meta name="aquatint-server" content=".."></head>'),
  ]);
  expect(root.headers.get("content-security-policy")).toContain("connect-src 'self' blob:;");
  expect(root.headers.get("cross-origin-embedder-policy")).toBe("require-corp");
  expect(new URL((await server.call("/studio")).url).pathname).toBe("/studio/");
  const script = await server.call("/studio/assets/a.js");
  expect([script.headers.get("content-type"), await script.text()]).toEqual(["text/javascript; charset=utf-8", "1"]);
  for (const path of ["/studio/none", "/studio/..%2f..%2fdata", "/studio/%", "/studio/../tiny/model_index.json"])
    expect([401, 404], path).toContain((await server.call(path)).status);
  expect((await server.call("/studio/", { method: "POST" })).status).toBe(405);
  expect((await server.call("/studio/", { headers: { origin: "https://evil.example" } })).status).toBe(403);
  expect((await server.call("/v1/jobs")).status).toBe(401);
});

test("without the page the server's address leads to the description of the API", async () => {
  await using server = await testServer();
  expect(new URL((await server.call("/")).url).pathname).toBe("/v1/docs");
  expect((await server.call("/studio/")).status).toBe(404);
});
