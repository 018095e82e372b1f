import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { expect, test } from "vitest";
import { postgresCluster, postgresPrograms } from "../../test/postgres-cluster.ts";
import { testServer } from "../../test/test-server.ts";

/** Counts changes of rows of jobs. */
const COUNTER = `
  CREATE SEQUENCE changes;
  CREATE FUNCTION count_change() RETURNS trigger AS $$ BEGIN PERFORM nextval('changes'); RETURN NULL; END $$ LANGUAGE plpgsql;
  CREATE TRIGGER counter AFTER UPDATE ON aquatint.jobs FOR EACH ROW EXECUTE FUNCTION count_change()`;
/** Changes of a job besides its progress: it is taken, and ends. */
const OTHER_CHANGES = 2;

test.skipIf(postgresPrograms === undefined)(
  "on PostgreSQL a running job changes its row once a second, however many steps it takes",
  async () => {
    const folder = await mkdtemp(join(tmpdir(), "aquatint-writes-"));
    await using cluster = await postgresCluster(folder);
    await using server = await testServer({ databaseUrl: cluster.url });
    const client = new pg.Client({ connectionString: cluster.url });
    await client.connect();
    await client.query(COUNTER);
    const json = { kind: "text-to-image", prompt: "a cat", steps: 1000, count: 3 };
    const { id } = await (await server.call("/v1/jobs", { json })).json();
    await (await server.call(`/v1/jobs/${id}/events?previews=false`)).text();
    const job = await (await server.call(`/v1/jobs/${id}`)).json();
    expect(job).toMatchObject({ state: "done", progress: { image: 3, step: 1000 } });
    const { rows } = await client.query<{ readonly last_value: string }>("SELECT last_value FROM changes");
    const seconds = (Date.parse(job.finishedAt) - Date.parse(job.startedAt)) / 1000;
    const changes = Number(rows[0]?.last_value);
    expect(changes).toBeGreaterThanOrEqual(OTHER_CHANGES + 1);
    expect(changes).toBeLessThanOrEqual(OTHER_CHANGES + 1 + Math.ceil(seconds));
    await client.end();
    await rm(folder, { recursive: true, force: true });
  },
);
