import { cp, mkdir, rename, symlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { decodePng } from "aquatint";
import { generate } from "aquatint/node";
import { expect, test } from "vitest";
import { tinyLatentModel } from "../../../../packages/aquatint/test/tiny-latent-model.ts";
import { writeFiles } from "../../../../packages/aquatint/test/tiny-pixel-model.ts";
import { type TestServer, testServer } from "../../test/test-server.ts";

const fixture = (path: string) =>
  fileURLToPath(new URL(`../../../../packages/aquatint/test/fixtures/${path}`, import.meta.url));
const job = { kind: "text-to-image", prompt: "a red apple", steps: 2, seed: 7 };

async function ended(server: TestServer, request: object) {
  const submitted = await server.call("/v1/jobs", { json: request });
  expect(submitted.status, await submitted.clone().text()).toBe(202);
  const { id } = await submitted.json();
  await (await server.call(`/v1/jobs/${id}/events`)).text();
  return (await server.call(`/v1/jobs/${id}`)).json();
}

test("errors about files of models name them as requests do, and tell no path of the server", async () => {
  await using server = await testServer({}, async (folder) => {
    const models = join(folder, "disk");
    for (const kind of ["checkpoints", "loras", "vae"]) await mkdir(join(models, kind), { recursive: true });
    await cp(fixture("conditioned/sd"), join(models, "checkpoints/sd"), { recursive: true });
    for (const name of ["checkpoints/broken", "loras/cut", "vae/torn"])
      await writeFile(join(models, `${name}.safetensors`), "no weights");
    await cp(fixture("conditioned/xl.safetensors"), join(models, "loras/large.safetensors"));
    return { models: [], modelFolders: [models] };
  });
  const answers = [
    { ...job, model: "broken" },
    { ...job, model: "sd", loras: [{ name: "cut" }] },
    { ...job, model: "sd", loras: [{ name: "large" }] },
    { ...job, model: "sd", vae: "torn" },
  ].map(async (request) => (await server.call("/v1/jobs", { json: request })).json());
  const texts = (await Promise.all(answers)).map((answer) => JSON.stringify(answer));
  for (const [i, name] of ["broken", "cut", "large", "torn"].entries()) {
    expect(texts[i]).toContain(name);
    expect(texts[i]).toMatch(/"code":"(safetensors|checkpoint|lora|adapter)/);
    expect(texts[i]).not.toContain(server.folder);
  }
  await rename(join(server.folder, "disk"), join(server.folder, "away"));
  await server.call("/sdapi/v1/refresh-loras", { json: {} });
  const listing = await server.call("/v1/models");
  expect(listing.status).toBe(500);
  expect(await listing.text()).not.toContain(server.folder);
});

test.skipIf(process.platform !== "linux")("a server whose disk is full is not ready", async () => {
  await using server = await testServer();
  expect((await server.call("/readyz")).status).toBe(200);
  await symlink("/dev/full", join(server.folder, "data/files/.check"));
  await expect
    .poll(async () => (await server.call("/readyz")).json(), { timeout: 60_000 })
    .toMatchObject({ code: "server/full", status: 503 });
});

test("the one model takes the weights of the variant that the operator chose", async () => {
  const soft = new Map(
    [...tinyLatentModel({ seed: 1 })].flatMap(([name, bytes]) =>
      name.endsWith(".safetensors") ? [[name.replace(/safetensors$/, "soft.safetensors"), bytes]] : [],
    ),
  );
  await using server = await testServer({}, async (folder) => {
    await writeFiles(join(folder, "wet"), tinyLatentModel({ seed: 0 }));
    await writeFiles(join(folder, "wet"), soft);
    return { models: [join(folder, "wet")], variant: "soft" };
  });
  const { files } = await ended(server, job);
  const drawn = await decodePng(new Uint8Array(await (await server.call(files[0].url)).arrayBuffer()));
  const options = {
    ...{ prompt: job.prompt, steps: 2, seed: 7, keepAlive: 0, cache: false },
    model: join(server.folder, "wet"),
  };
  const expected = [];
  for (const variant of ["soft", undefined])
    for await (const event of generate({ ...options, variant }))
      if (event.type === "image") expected.push(event.image.data);
  expect(drawn.data).toEqual(expected[0]);
  expect(drawn.data).not.toEqual(expected[1]);
});

test("a LoRA that is exchanged is listed with the models that it fits now", async () => {
  await using server = await testServer({}, async (folder) => {
    const models = join(folder, "disk");
    await cp(fixture("conditioned/sd"), join(models, "checkpoints/sd"), { recursive: true });
    await mkdir(join(models, "loras"));
    await writeFile(join(models, "loras/style.safetensors"), "no weights");
    return { models: [], modelFolders: [models] };
  });
  const loras = async () => (await (await server.call("/v1/models/sd")).json()).loras;
  expect(await loras()).toEqual([]);
  const file = join(server.folder, "disk/loras/style.safetensors");
  await cp(fixture("conditioned/adapters/lora-kohya.safetensors"), file);
  await utimes(file, new Date(), new Date());
  expect(await loras()).toEqual(["style"]);
});
