import { AquatintError } from "aquatint";

/** What a database answers where it cannot work now, by the beginning of SQLSTATE codes; the longest one counts. */
const passing: Readonly<Record<string, string>> = {
  "08": "the database does not answer",
  "57P": "the database does not answer",
  "53300": "the database has no free connection",
  "53": "the database is short of resources",
  "58": "the database cannot use its files",
  "40": "the database gave up a change that met another",
  "25006": "the database takes no changes: it is read-only",
  "42501": "the database does not permit the server to change it",
};
/** The code of a full disk, whose failure has a code of its own. */
const diskFull = "53100";
/** Failures of connections, which `pg` gives no code. */
const connection = /^(connection terminated|timeout exceeded|query read timeout|client (has|was) )/i;

/** A failure that has to do with the database's state, not with the query, as "server/database"; others stay as they are. */
export function databaseError(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof AquatintError) return error;
  const message = problemOf(error);
  return message === undefined
    ? error
    : new AquatintError("server/database", message, { hint: "try again soon", cause: error });
}

function problemOf(error: Error): string | undefined {
  const code = "code" in error ? String(error.code) : "";
  if (code === diskFull) return undefined;
  if (connection.test(error.message) || /^E[A-Z_]+$/.test(code)) return "the database does not answer";
  const [longest] = Object.keys(passing)
    .filter((start) => code.startsWith(start))
    .toSorted((a, b) => b.length - a.length);
  return longest === undefined ? undefined : passing[longest];
}

/** Runs a call of the database. @throws AquatintError "server/database" where the database cannot work now. */
export async function withDatabaseError<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw databaseError(error);
  }
}
