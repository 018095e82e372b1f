import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import config from "../../vite.config.ts";
import { metaPolicy, pageHeaders } from "../site/headers.ts";
import { type Site, serveSite } from "./serve-site.node.ts";
import { siteResponses } from "./site-answer.node.ts";
import { siteFolder } from "./site-files.node.ts";
import { serverOrigin } from "./studio.node.ts";

let folder: string;
let site: Site;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "studio-site-"));
  await mkdir(join(folder, "site/assets"), { recursive: true });
  await mkdir(join(folder, "site/lecture"));
  await writeFile(join(folder, "site/lecture/index.html"), "<p>lecture");
  await writeFile(join(folder, "secret.txt"), "secret");
  await writeFile(join(folder, "site/index.html"), "<p>page");
  await writeFile(join(folder, "site/assets/a b.wasm"), "0123456789");
  await writeFile(join(folder, "site/assets/hub.worker-a1b2.js"), "");
  site = await serveSite({ folder: join(folder, "site"), port: 0 });
});
afterAll(async () => {
  await site.close();
  await rm(folder, { recursive: true });
});

const get = (path: string, init?: RequestInit) => fetch(new URL(path, site.url), init);

test.each(["", "index.html", "assets/a%20b.wasm", "missing"])(
  "/%s has the headers of isolation and the policy",
  async (path) => {
    const { headers } = await get(path);
    for (const [name, value] of Object.entries(pageHeaders())) expect(headers.get(name)).toBe(value);
  },
);

const connections = async (path: string, address = site.url) => {
  const { headers } = await fetch(new URL(path, address));
  return /connect-src ([^;]*)/.exec(headers.get("content-security-policy") ?? "")?.[1];
};

test("the script that fetches from the hub may connect to it, and no other file may", async () => {
  expect(await connections("assets/hub.worker-a1b2.js")).toBe(
    "'self' https://huggingface.co https://*.huggingface.co https://*.hf.co",
  );
  for (const path of ["", "hub.json", "assets/hub.worker-none"]) expect(await connections(path)).not.toContain("https");
  expect(await (await get("hub.json")).json()).toEqual({ endpoint: "https://huggingface.co" });
});

test("another hub takes the place of the usual one", async () => {
  const mirror = await serveSite({ folder: join(folder, "site"), port: 0, hub: "https://mirror.example/hub" });
  expect(await connections("assets/hub.worker-a1b2.js", mirror.url)).toBe("'self' https://mirror.example");
  expect(await (await fetch(new URL("hub.json", mirror.url))).json()).toEqual({
    endpoint: "https://mirror.example/hub",
  });
  await mirror.close();
});

test("files have their type, and those with a hash in the name may be kept", async () => {
  const [page, wasm] = [await get(""), await get("assets/a%20b.wasm")];
  expect(await page.text()).toBe("<p>page");
  expect(await (await get("lecture/")).text()).toBe("<p>lecture");
  expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8");
  expect(page.headers.get("cache-control")).toBe("no-cache");
  expect(wasm.headers.get("content-type")).toBe("application/wasm");
  expect(wasm.headers.get("cache-control")).toContain("immutable");
  const again = await get("", { headers: { "if-none-match": page.headers.get("etag")! } });
  expect([again.status, await again.text()]).toEqual([304, ""]);
});

test("a page with a server has its address and may call it, and no other", async () => {
  const policy = (origin?: string) => `<meta http-equiv="Content-Security-Policy" content="${metaPolicy(origin)}">`;
  const index = `<html><head>${policy()}<title>page</title></head></html>`;
  const [other, gpuBox] = [join(folder, "other"), "http://gpu-box:7860"];
  await mkdir(other);
  await writeFile(join(other, "index.html"), index);
  const served = await serveSite({ folder: other, port: 0, server: gpuBox });
  const page = await fetch(served.url);
  const meta = (address: string) => `<meta name="aquatint-server" content="${address}"></head>`;
  expect(await page.text()).toBe(index.replace(policy(), policy(gpuBox)).replace("</head>", meta(gpuBox)));
  expect(page.headers.get("content-security-policy")).toContain("connect-src 'self' blob: http://gpu-box:7860;");
  await served.close();
  const responses = await siteResponses(other);
  const sameServer = responses({ method: "GET", address: "/" });
  expect(await sameServer.text()).toBe(index.replace("</head>", meta("..")));
  expect(sameServer.headers.get("content-security-policy")).toContain("connect-src 'self' blob:;");
  expect(responses({ method: "GET", address: "/index.html", range: "bytes=0-5" }).status).toBe(206);
});

test.each(["gpu-box:7860", "http://gpu-box/api", "ftp://gpu-box", "http://ann:secret@gpu-box", ""])(
  "%j is no address of a server",
  (text) => expect(() => serverOrigin(text)).toThrow(/no address of a server/),
);

test.each([
  ["bytes=2-4", 206, "234", "bytes 2-4/10"],
  ["bytes=7-", 206, "789", "bytes 7-9/10"],
  ["bytes=-2", 206, "89", "bytes 8-9/10"],
  ["bytes=8-99", 206, "89", "bytes 8-9/10"],
  ["bytes=10-", 416, "", "bytes */10"],
  ["bytes=0-1,3-4", 200, "0123456789", null],
  ["bytes=-", 200, "0123456789", null],
])("the range %s gives %i", async (range, status, text, part) => {
  const response = await get("assets/a%20b.wasm", { headers: { range } });
  expect([response.status, await response.text(), response.headers.get("content-range")]).toEqual([status, text, part]);
});

test("a HEAD has no body, and nothing is written", async () => {
  const head = await get("assets/a%20b.wasm", { method: "HEAD" });
  expect([head.headers.get("content-length"), await head.text()]).toEqual(["10", ""]);
  expect((await get("", { method: "POST", body: "x" })).status).toBe(405);
});

test.each(["/../secret.txt", "/%2e%2e/secret.txt", "/assets/..%2f..%2fsecret.txt", "/%", "//secret.txt"])(
  "%s leads nowhere",
  async (path) => {
    const status = await new Promise((resolve, reject) => {
      request(site.url, { path }, (response) => resolve(response.resume().statusCode))
        .on("error", reject)
        .end();
    });
    expect(status).toBe(404);
  },
);

test("a port in use and a page that is not built are errors with advice", async () => {
  const port = Number(new URL(site.url).port);
  await expect(serveSite({ folder: join(folder, "site"), port })).rejects.toMatchObject({
    code: "studio/port",
    hint: expect.stringContaining(`--port ${port + 1}`),
  });
  await expect(serveSite({ folder: join(folder, "none"), port: 0 })).rejects.toMatchObject({
    code: "studio/not-built",
  });
});

test("the page is built where the command looks for it, beside what is built of the sources", async () => {
  const output = config.build?.outDir ?? "";
  expect(siteFolder()).toBe(fileURLToPath(new URL(`../../${output}`, import.meta.url)));
  const folders = await readdir(new URL("..", import.meta.url));
  expect(folders.map((name) => `dist/${name}`)).not.toContain(output); // the one would empty the other
});
