import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { tinyPixelModel } from "../../test/tiny-pixel-model.ts";
import type { TensorEntry } from "../formats/safetensors/safetensors.ts";
import { textToImageModel } from "../pipelines/model/text-to-image-model.ts";
import { urlFiles } from "./files.ts";
import { openModel } from "./open.ts";
import { readHeader } from "./read.ts";

const files = tinyPixelModel();
const answer: RequestListener = ({ url = "" }, response) => {
  const path = decodeURI(url).replace("/site/model/", "");
  if (path === "page.json") return response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html>");
  if (path === "broken.json") return response.writeHead(500).end();
  if (path === "short.json")
    return response.writeHead(200, { "content-length": 9 }).write("{", () => response.destroy());
  const file = files.get(path);
  return file === undefined ? response.writeHead(404).end() : response.end(file);
};

const server = createServer(answer);
server.keepAliveTimeout = 0; // a slow machine may pause between two tests
let site: string;
beforeAll(async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  site = `http://127.0.0.1:${(server.address() as AddressInfo).port}/site`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

describe("a model folder behind a URL", () => {
  test.each(["model", "model/"])("is opened by its address, %s", async (folder) => {
    const source = urlFiles(`${site}/${folder}`);
    expect(source.name).toBe(`${site}/model`);
    const { modules } = await textToImageModel(await openModel(source));
    expect(modules.sampleSize).toBe(8);
    const bytes = await source.read("unet/diffusion_pytorch_model.safetensors");
    expect(bytes).toEqual(new Uint8Array(files.get("unet/diffusion_pytorch_model.safetensors") as Uint8Array));
  });

  test.each([
    ["none.json", "file/missing", "there is no http"],
    ["page.json", "file/missing", "there is no http"],
    ["broken.json", "file/failed", "the server answered 500"],
    ["short.json", "file/failed", "the connection ended early"],
  ])("%s is %s", async (path, code, message) => {
    const refused = { code, message: expect.stringContaining(message), hint: expect.any(String) };
    await expect(urlFiles(`${site}/model`).read(path)).rejects.toMatchObject(refused);
  });

  test.each(["../secret", "unet/../../secret", "/secret", "http://127.0.0.2/secret", "//127.0.0.2/secret"])(
    "a file that leaves it is refused: %s",
    async (path) => {
      await expect(urlFiles(`${site}/model`).read(path)).rejects.toMatchObject({ code: "file/outside" });
    },
  );

  test("a server that does not answer is an error that says so", async () => {
    await expect(urlFiles("http://127.0.0.1:1/model").read("model_index.json")).rejects.toMatchObject({
      code: "file/failed",
      message: expect.stringContaining("http://127.0.0.1:1/model/model_index.json"),
    });
  });
});

test("parts are asked for by Range where the server gives them, and nothing else is sent", async () => {
  const bytes = files.get("unet/diffusion_pytorch_model.safetensors") as Uint8Array;
  let sent = 0;
  const ranges = createServer(({ headers }, response) => {
    const [, start, end] = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? "") ?? [];
    const part = bytes.subarray(Number(start), Number(end) + 1);
    sent += part.length;
    response.writeHead(206, { "content-range": `bytes ${start}-${end}/${bytes.length}` }).end(part);
  });
  ranges.keepAliveTimeout = 0;
  ranges.listen(0, "127.0.0.1");
  await once(ranges, "listening");
  const single = urlFiles(`http://127.0.0.1:${(ranges.address() as AddressInfo).port}/unet.safetensors`);
  expect(single.file).toBe("unet.safetensors");
  const { file, header } = await readHeader(single, "unet.safetensors");
  expect(sent).toBeLessThan(bytes.length);
  const [{ offset, length }] = [...header.tensors.values()] as [TensorEntry];
  expect(await file.read({ offset, length })).toEqual(new Uint8Array(bytes.subarray(offset, offset + length)));
  ranges.closeAllConnections();
  ranges.close();
});
