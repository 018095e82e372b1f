import { AquatintError } from "aquatint";
import type { Database } from "../queue/database.ts";

/** Settings that each user keeps, as the web UI's options. */
export interface UserOptions {
  read(owner: string): Promise<Readonly<Record<string, unknown>>>;
  /** Changes the options that are given, and keeps the others. */
  change(owner: string, options: Readonly<Record<string, unknown>>): Promise<void>;
}

/** Characters of JSON that are kept in one go. */
const MAX_SIZE = 2 ** 18;

/** The options in the database. */
export const userOptions = (database: Database): UserOptions => ({
  async read(owner) {
    const [row] = await database.query<{ readonly options: Readonly<Record<string, unknown>> }>(
      "SELECT options FROM aquatint.options WHERE owner = $1",
      [owner],
    );
    return row?.options ?? {};
  },
  async change(owner, options) {
    const size = JSON.stringify(options).length;
    if (size > MAX_SIZE) {
      throw new AquatintError("request/size", `the options have ${size} characters, at most ${MAX_SIZE} are kept`, {
        hint: "send those that change",
      });
    }
    await database.query(
      `INSERT INTO aquatint.options (owner, options) VALUES ($1, $2::jsonb)
       ON CONFLICT (owner) DO UPDATE SET options = aquatint.options.options || excluded.options`,
      [owner, JSON.stringify(options)],
    );
  },
});
