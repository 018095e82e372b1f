import { AquatintError, messageOf } from "aquatint";
import pg from "pg";
import { type ChannelListener, checkedValues, type Database, type Sql } from "./database.ts";
import { databaseError, withDatabaseError } from "./failure.ts";

/** Connections of one process at most. */
const MAX_CONNECTIONS = 10;
/** Milliseconds that a query waits for a connection, and for its answer. */
const CONNECT_TIMEOUT = 10_000;
const QUERY_TIMEOUT = 60_000;

/** Opens a PostgreSQL server by its URL. @throws AquatintError "server/database" where it does not answer. */
export async function openPostgres(url: string): Promise<Database> {
  const pool = new pg.Pool({
    ...{ connectionString: url, max: MAX_CONNECTIONS, application_name: "aquatint" },
    ...{ connectionTimeoutMillis: CONNECT_TIMEOUT, query_timeout: QUERY_TIMEOUT, keepAlive: true },
  });
  pool.on("error", () => {}); // an idle connection that ends is replaced when it is needed
  pool.on("connect", (client) => client.on("error", () => {})); // one in use fails the query under way
  await pool.query("SELECT 1").catch((cause: unknown) => {
    throw new AquatintError("server/database", `the database does not answer: ${messageOf(cause)}`, {
      hint: "check DATABASE_URL: postgres://USER:PASSWORD@HOST:5432/NAME",
      cause,
    });
  });
  const listeners = noticeListeners(url);
  const transaction = transactionsOf(pool);
  return {
    ...sqlOf(pool),
    shared: true,
    transaction,
    async checkSpace() {
      await transaction((sql) => sql.query(SPILL));
    },
    listen: listeners.listen,
    async [Symbol.asyncDispose]() {
      await listeners.close();
      await pool.end();
    },
  };
}

const transactionsOf =
  (pool: pg.Pool): Database["transaction"] =>
  async (use, lock) => {
    const client = await withDatabaseError(() => pool.connect());
    try {
      await client.query(lock === undefined ? "BEGIN" : `BEGIN; SELECT pg_advisory_xact_lock(${lock})`);
      const result = await use(sqlOf(client));
      await client.query("COMMIT");
      client.release();
      return result;
    } catch (error) {
      await client.query("ROLLBACK").then(
        () => client.release(),
        (broken: Error) => client.release(broken),
      );
      throw databaseError(error);
    }
  };

/** Sorts a megabyte in a file: a disk that is full has no room for it. Nothing is left of it, unlike of a row. */
const SPILL =
  "SET LOCAL work_mem = '64kB'; SELECT count(DISTINCT repeat(md5(i::text), 32)) FROM generate_series(1, 1024) AS i";

const sqlOf = (client: pg.Pool | pg.PoolClient): Sql => ({
  async query<Row>(text: string, values: readonly unknown[] = []) {
    const checked = values.length > 0 ? checkedValues(values) : undefined;
    const result: pg.QueryResult | pg.QueryResult[] = await withDatabaseError(() => client.query(text, checked));
    return (Array.isArray(result) ? (result.at(-1)?.rows ?? []) : result.rows) as Row[];
  },
});

/** Milliseconds before a connection that ended is opened again. */
const RECONNECT = 1000;

/** One connection of its own that notices come in on, opened again where it ends. */
function noticeListeners(url: string) {
  const channels = new Map<string, ChannelListener>();
  let client: pg.Client | undefined;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  const connect = async (): Promise<void> => {
    const next = new pg.Client({ connectionString: url, application_name: "aquatint-notices", keepAlive: true });
    next.on("notification", ({ channel, payload = "" }) => channels.get(channel)?.onNotice(payload));
    next.on("error", () => {}); // it ends, too
    await next.connect();
    for (const channel of channels.keys()) await next.query(`LISTEN ${channel}`);
    client = next;
    next.once("end", () => {
      client = undefined;
      reconnectSoon();
    });
    for (const { onGap } of channels.values()) onGap?.();
  };
  const reconnectSoon = (): void => {
    clearTimeout(timer);
    if (!closed) timer = setTimeout(() => void connect().catch(reconnectSoon), RECONNECT).unref();
  };
  return {
    async listen(channel: string, listener: ChannelListener) {
      channels.set(channel, listener);
      if (client) await client.query(`LISTEN ${channel}`);
      else await connect();
    },
    async close() {
      closed = true;
      clearTimeout(timer);
      await client?.end();
    },
  };
}
