import { AquatintError } from "aquatint";

/** One connection, or one transaction: takes SQL with $1, $2, ... and gives the rows. */
export interface Sql {
  query<Row = Readonly<Record<string, unknown>>>(text: string, values?: readonly unknown[]): Promise<readonly Row[]>;
}

/** The database that the server keeps its jobs in: PGlite in this process, or PostgreSQL. */
export interface Database extends Sql, AsyncDisposable {
  /** True if other processes may open it, so that workers run on other machines. */
  readonly shared: boolean;
  /**
   * Runs `use` in one transaction: all of its changes are kept, or none where it throws. Of transactions with the same `lock` one
   * at a time goes on, in every process.
   */
  transaction<T>(use: (sql: Sql) => Promise<T>, lock?: number): Promise<T>;
  /** Throws where its disk has no room for more. */
  checkSpace(): Promise<void>;
  /** Tells of every NOTIFY of a channel. */
  listen(channel: string, listener: ChannelListener): Promise<void>;
}

/** What is told of a channel. */
export interface ChannelListener {
  /** Gets the payload of a NOTIFY. */
  readonly onNotice: (payload: string) => void;
  /** Called where notices may have been missed, as the connection was lost for a while. */
  readonly onGap?: (() => void) | undefined;
}

/** How a database is opened. */
export interface DatabaseOptions {
  /** Gets the reason where the database ended by itself and is started again. */
  readonly onLost?: ((error: Error) => void) | undefined;
}

/** What pg-boss calls its database. */
export interface BossDb {
  executeSql(text: string, values: unknown[]): Promise<{ rows: unknown[] }>;
}

/** A connection or a transaction as pg-boss takes it. */
export const bossDb = (sql: Sql): BossDb => ({
  executeSql: async (text, values) => ({ rows: [...(await sql.query(text, values))] }),
});

/** A NUL or half of a surrogate pair in a text, or the escape of one in JSON: PostgreSQL keeps none. */
const UNKEPT = /\0|\p{Surrogate}|(?<!\\)(\\\\)*\\u(0000|d[89a-f][0-9a-f]{2})/u;

/** Values as databases take them. @throws AquatintError "request/text" for what they do not keep, which requests may hold. */
export function checkedValues(values: readonly unknown[]): unknown[] {
  if (!values.some((value) => typeof value === "string" && UNKEPT.test(value))) return [...values];
  throw new AquatintError("request/text", "a text holds the character U+0000 or half of a surrogate pair", {
    hint: "leave that character out",
  });
}
