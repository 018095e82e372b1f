import type { Database, Sql } from "./database.ts";

/** Changes of the tables, oldest first; one that was published is never changed. */
const migrations: readonly string[] = [
  `CREATE TABLE aquatint.jobs (
    id uuid PRIMARY KEY,
    owner text NOT NULL,
    surface text NOT NULL,
    kind text NOT NULL,
    model text NOT NULL,
    queue text NOT NULL,
    state text NOT NULL,
    turn int NOT NULL,
    request jsonb NOT NULL,
    limited boolean NOT NULL,
    units double precision NOT NULL,
    idempotency_key text,
    request_hash text NOT NULL,
    task text,
    created_at timestamptz NOT NULL DEFAULT now(),
    started_at timestamptz,
    finished_at timestamptz,
    attempts int NOT NULL DEFAULT 0,
    lease uuid,
    lease_until timestamptz,
    worker text,
    stop text,
    progress jsonb,
    preview bytea,
    result jsonb,
    error jsonb
  );
  CREATE UNIQUE INDEX jobs_idempotency ON aquatint.jobs (owner, idempotency_key) WHERE idempotency_key IS NOT NULL;
  CREATE INDEX jobs_waiting ON aquatint.jobs (turn, created_at) WHERE state = 'queued';
  CREATE INDEX jobs_running ON aquatint.jobs (lease_until) WHERE state = 'running';
  CREATE INDEX jobs_owner ON aquatint.jobs (owner, created_at);
  CREATE INDEX jobs_finished ON aquatint.jobs (finished_at) WHERE finished_at IS NOT NULL;
  CREATE TABLE aquatint.clock (turn int NOT NULL);
  INSERT INTO aquatint.clock VALUES (0);
  CREATE TABLE aquatint.workers (id text PRIMARY KEY, models jsonb NOT NULL, seen_at timestamptz NOT NULL);
  CREATE TABLE aquatint.options (owner text PRIMARY KEY, options jsonb NOT NULL);`,
  "ALTER TABLE aquatint.workers ADD COLUMN memory double precision",
  "ALTER TABLE aquatint.workers ADD COLUMN peak_memory double precision",
  "ALTER TABLE aquatint.jobs ADD COLUMN favorites int[] NOT NULL DEFAULT '{}'",
];

/** Number of the lock that one process at a time changes the tables under. */
const MIGRATION_LOCK = 7_240_113;

/** Brings the tables up to date; several processes may do it at once. */
export const migrate = (database: Database): Promise<void> =>
  database.transaction(async (sql) => {
    await sql.query("CREATE SCHEMA IF NOT EXISTS aquatint; CREATE TABLE IF NOT EXISTS aquatint.version (number int)");
    for (let number = (await version(sql)) + 1; number <= migrations.length; number++) {
      await sql.query(migrations[number - 1] ?? "");
      await sql.query("INSERT INTO aquatint.version VALUES ($1)", [number]);
    }
  }, MIGRATION_LOCK);

async function version(sql: Sql): Promise<number> {
  const [row] = await sql.query<{ readonly number: number }>(
    "SELECT coalesce(max(number), 0) AS number FROM aquatint.version",
  );
  return row?.number ?? 0;
}
