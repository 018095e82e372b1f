import { join } from "node:path";
import { decodePng } from "aquatint";
import { imageMetadata, imageTexts } from "aquatint/formats";
import { generate } from "aquatint/node";
import { afterAll, beforeAll, expect, test } from "vitest";
import { serverEvents, type TestServer, testServer } from "../../../test/test-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server[Symbol.asyncDispose]());

const request = { kind: "text-to-image", prompt: "a red apple", steps: 4, seed: 7 };

test("a job is drawn by the worker as the library draws it, with its events on the way", async () => {
  const submitted = await server.call("/v1/jobs", { json: request });
  expect(submitted.status, await submitted.clone().text()).toBe(202);
  const { id } = await submitted.json();
  expect(submitted.headers.get("location")).toBe(`/v1/jobs/${id}`);
  const names: string[] = [];
  let job: { state: string; files: { url: string; seed: number; infotext: string }[]; error: unknown } | undefined;
  const events = await server.call(`/v1/jobs/${id}/events`);
  expect(events.headers.get("x-accel-buffering")).toBe("no");
  for await (const { event, data } of serverEvents(events)) {
    names.push(event);
    job = JSON.parse(data);
  }
  expect(job, JSON.stringify(job)).toMatchObject({ state: "done", error: null, files: [{ seed: 7 }] });
  expect(job).toMatchObject({ progress: { image: 1, images: 1, step: 4, steps: 4 } });
  expect(names.at(-1)).toBe("done");
  expect(names).toContain("progress");
  const file = await server.call(job?.files[0]?.url ?? "");
  expect(file.headers.get("content-type")).toBe("image/png");
  const bytes = new Uint8Array(await file.arrayBuffer());
  const options = {
    prompt: "a red apple",
    steps: 4,
    seed: 7,
    model: join(server.folder, "tiny"),
    cache: false,
    keepAlive: 0,
  };
  for await (const event of generate(options)) {
    if (event.type === "image") expect((await decodePng(bytes)).data).toEqual(event.image.data);
  }
  expect(imageMetadata(await imageTexts(bytes))).toMatchObject({ source: "aquatint", seed: 7, steps: 4 });
});
