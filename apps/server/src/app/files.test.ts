import { cp, mkdir, readFile, rename, symlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { decodePng } from "aquatint";
import { type GenerateOptions, generate, quantize } from "aquatint/node";
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
    .poll(async () => (await server.call("/readyz")).json())
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

const int8 = { model: fixture("conditioned/sd"), prompts: ["a fox"], steps: 2, width: 16, height: 16, threads: 1 };
const small = { ...job, width: 16, height: 16 };

/** The pixels of a job's first image, and those of the library with each of some options. */
async function drawnAndExpected(server: TestServer, model: string, options: readonly Partial<GenerateOptions>[]) {
  const { files, error } = await ended(server, small);
  expect(error).toBeNull();
  const drawn = await decodePng(new Uint8Array(await (await server.call(files[0].url)).arrayBuffer()));
  const expected = [];
  const base = { prompt: job.prompt, steps: 2, seed: 7, width: 16, height: 16, keepAlive: 0, cache: false, model };
  for (const option of options)
    for await (const event of generate({ ...base, ...option }))
      if (event.type === "image") expected.push(event.image.data);
  return { drawn: drawn.data, expected };
}

test("a model in 8 bits computes in 8 bits, or in the precision that the operator chose", async () => {
  for (const precision of [undefined, "float32"] as const) {
    await using server = await testServer({}, async (folder) => {
      const out = join(folder, "sd-int8.safetensors");
      await quantize({ ...int8, out, minimum: 38 });
      const engine = { keepAlive: 60, cache: false, threads: 1, ...(precision && { precision }) };
      return { models: [int8.model], variant: out, engine };
    });
    const variant = join(server.folder, "sd-int8.safetensors");
    const choices = [
      { variant, precision },
      { variant, precision: precision ? ("int8" as const) : ("float32" as const) },
    ];
    const { drawn, expected } = await drawnAndExpected(server, int8.model, [
      ...choices.map((o) => ({ ...o, threads: 1 })),
    ]);
    expect(drawn).toEqual(expected[0]);
    expect(drawn).not.toEqual(expected[1]);
  }
});

test.each(["dynamic", "q4"] as const)("a server computes in the precision %s", async (precision) => {
  const engine = {
    keepAlive: 60,
    cache: false,
    threads: 1,
    precision,
    ...(precision === "q4" && { maxMemory: 2 ** 34 }),
  };
  await using server = await testServer({ models: [int8.model], engine });
  const { drawn, expected } = await drawnAndExpected(server, int8.model, [
    { precision, threads: 1 },
    { precision: "float32", threads: 1 },
  ]);
  expect(drawn).toEqual(expected[0]);
  expect(drawn).not.toEqual(expected[1]);
});

test.each([
  [{ engine: { precision: "int8" } }, "precision/weights"],
  [{ engine: { precision: "float16" } }, "precision/device"],
  [{ variant: "fp15", modelFolders: ["disk"] }, "checkpoint/variant"],
] as const)("%j is refused when the server starts", async (options, code) => {
  const refused = testServer({}, async (folder) => {
    await cp(fixture("conditioned/sd"), join(folder, "disk/checkpoints/sd"), { recursive: true });
    const modelFolders = "modelFolders" in options ? options.modelFolders.map((name) => join(folder, name)) : [];
    return { ...options, modelFolders };
  });
  await expect(refused).rejects.toMatchObject({ code });
});

test("of a folder of models those take the variant that have it", async () => {
  const soft = new Map(
    [...tinyLatentModel({ seed: 1 })].map(([name, bytes]) => [name.replace(/safetensors$/, "soft.safetensors"), bytes]),
  );
  await using server = await testServer({}, async (folder) => {
    const models = join(folder, "disk/diffusers");
    for (const name of ["wet", "dry"]) await writeFiles(join(models, name), tinyLatentModel({ seed: 0 }));
    await writeFiles(join(models, "wet"), soft);
    return { models: [], modelFolders: [join(folder, "disk")], variant: "soft" };
  });
  const { data } = await (await server.call("/v1/models")).json();
  expect(data.map((entry: { readonly id: string; readonly variant: string }) => [entry.id, entry.variant])).toEqual([
    ["dry", null],
    ["wet", "soft"],
  ]);
  const drawn = [];
  for (const model of ["dry", "wet"]) {
    const { files } = await ended(server, { ...job, model });
    drawn.push((await decodePng(new Uint8Array(await (await server.call(files[0].url)).arrayBuffer()))).data);
  }
  expect(drawn[0]).not.toEqual(drawn[1]);
});

test("a model that is exchanged under its name loses the hash in its title until it is used", async () => {
  await using server = await testServer({}, async (folder) => {
    await cp(fixture("conditioned/sd"), join(folder, "disk/checkpoints/a"), { recursive: true });
    return { models: [], modelFolders: [join(folder, "disk")] };
  });
  const title = async () => (await (await server.call("/sdapi/v1/sd-models")).json())[0].title;
  const options = async () => (await (await server.call("/sdapi/v1/options")).json()).sd_model_checkpoint;
  const refresh = () => server.call("/sdapi/v1/refresh-checkpoints", { json: {} });
  expect(await title()).toBe("a");
  const { id } = await ended(server, { ...small, steps: 1 });
  const first = await title();
  expect(first).toMatch(/^a \[[0-9a-f]{10}\]$/);
  await server.call("/sdapi/v1/options", { json: { sd_model_checkpoint: first } });
  const file = join(server.folder, "disk/checkpoints/a/unet/diffusion_pytorch_model.safetensors");
  const bytes = await readFile(file);
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1);
  await writeFile(`${file}.new`, bytes);
  await utimes(`${file}.new`, 1, 1); // an old file that is moved to the name
  await rename(`${file}.new`, file);
  await refresh();
  await server.call(`/v1/jobs/${id}`); // tells the hash of the file that is gone
  expect([await title(), await options()]).toEqual(["a", "a"]);
  await ended(server, { ...small, steps: 1 });
  const second = await title();
  expect(second).toMatch(/^a \[[0-9a-f]{10}\]$/);
  expect(second).not.toBe(first);
  expect(await options()).toBe(second);
});
