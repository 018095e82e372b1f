import { mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { expect, test } from "vitest";
import { type PostgresCluster, postgresCluster, postgresPrograms } from "../../test/postgres-cluster.ts";
import { smallDisk } from "../../test/small-disk.ts";
import { type TestServer, testServer } from "../../test/test-server.ts";

const postgresTest = test.skipIf(postgresPrograms === undefined);
const job = { kind: "text-to-image", prompt: "a cat", steps: 2 };
const ready = (server: TestServer) => server.call("/readyz");
const submit = (server: TestServer) => server.call("/v1/jobs", { json: job });

async function expectUnavailable(response: Response, body: object): Promise<void> {
  const json: unknown = await response.json();
  expect({ status: response.status, json }).toMatchObject({ status: 503, json: body });
  expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
}

/** Waits until the server is ready again, and a job is done. */
async function expectRecovery(server: TestServer): Promise<void> {
  await expect.poll(async () => (await ready(server)).status).toBe(200);
  const { id } = await (await submit(server)).json();
  await (await server.call(`/v1/jobs/${id}/events`)).text();
  expect(await (await server.call(`/v1/jobs/${id}`)).json()).toMatchObject({ state: "done" });
}

async function withCluster(
  use: (cluster: PostgresCluster, server: TestServer) => Promise<void>,
  parent = tmpdir(),
): Promise<void> {
  const folder = await mkdtemp(join(parent, "aquatint-outage-"));
  try {
    await using cluster = await postgresCluster(folder);
    await using server = await testServer({ databaseUrl: cluster.url, leaseSeconds: 4 });
    await use(cluster, server);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

postgresTest("while PostgreSQL is away every surface answers 503 in its shape, and afterwards all is as before", () =>
  withCluster(async (cluster, server) => {
    await expectRecovery(server);
    await cluster.kill();
    const message = "the database does not answer";
    const code = "server/database";
    await expectUnavailable(await ready(server), { code, detail: message });
    await expectUnavailable(await submit(server), { code, detail: message });
    const a1111 = { error: "Error", detail: expect.stringContaining(message) };
    for (const path of ["progress", "options"]) await expectUnavailable(await server.call(`/sdapi/v1/${path}`), a1111);
    await expectUnavailable(await server.call("/sdapi/v1/txt2img", { json: { prompt: "a cat", steps: 2 } }), a1111);
    const json = { prompt: "a cat", steps: 2 };
    await expectUnavailable(await server.call("/v1/images/generations", { json }), {
      error: { type: "server_error", code, message: expect.stringContaining(message) },
    });
    await expectUnavailable(await server.call("/metrics"), { code });
    expect((await server.call("/healthz")).status).toBe(200);
    expect((await server.call("/v1/models")).status).toBe(200); // needs no database
    await cluster.start();
    await expectRecovery(server);
  }),
);

postgresTest("a PostgreSQL that takes no changes makes the server unready", () =>
  withCluster(async (cluster, server) => {
    const setReadOnly = async (value: "on" | "off") => {
      const client = new pg.Client({ connectionString: cluster.url });
      await client.connect();
      await client.query("SET default_transaction_read_only = off");
      await client.query(`ALTER SYSTEM SET default_transaction_read_only = ${value}`);
      await client.query("SELECT pg_reload_conf()");
      await client.end();
    };
    await setReadOnly("on");
    const readOnly = { code: "server/database", detail: "the database takes no changes: it is read-only" };
    await expect.poll(async () => (await ready(server)).status).toBe(503);
    await expectUnavailable(await ready(server), readOnly);
    await expectUnavailable(await submit(server), readOnly);
    await setReadOnly("off");
    await expectRecovery(server);
  }),
);

const full = { code: "server/full", detail: "the server's disk is full" };

postgresTest("a PostgreSQL whose disk is full makes the server unready", async (context) => {
  using disk = smallDisk(160);
  if (!disk) return context.skip();
  await withCluster(async (_, server) => {
    await expectRecovery(server);
    disk.fill();
    await expect.poll(async () => (await ready(server)).status).toBe(503);
    await expectUnavailable(await ready(server), full);
    disk.free();
    await expectRecovery(server);
  }, disk.folder);
});

test("a full disk below the embedded database makes the server unready", async (context) => {
  using disk = smallDisk(160);
  if (!disk) return context.skip();
  await using server = await testServer({ data: join(disk.folder, "data") });
  await expectRecovery(server);
  disk.fill();
  await expect.poll(async () => (await ready(server)).status).toBe(503);
  await expectUnavailable(await ready(server), full);
  disk.free();
  await expectRecovery(server);
});

test.skipIf(process.platform !== "linux")("the embedded database has a folder of its own to be full", async () => {
  await using server = await testServer();
  expect((await ready(server)).status).toBe(200);
  await symlink("/dev/full", join(server.folder, "data/database/.check"));
  await expect.poll(async () => (await ready(server)).json()).toMatchObject(full);
});
