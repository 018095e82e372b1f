import { AquatintError } from "aquatint";
import type { Database } from "./database.ts";
import { notify } from "./rows.ts";

/** A mark of a file of a job. */
export interface FavoriteMark {
  readonly index: number;
  readonly favorite: boolean;
}

/** Jobs of one owner with favorites at most: they are kept without an end. */
const MAX_MARKED = 1000;

/** Marks a file of a job of an owner, or takes the mark away. @throws AquatintError "job/favorites". */
export const markFile = (
  database: Database,
  { owner, id, index, favorite }: FavoriteMark & { readonly owner: string; readonly id: string },
): Promise<void> =>
  database.transaction(async (sql) => {
    const [marked] = await sql.query<{ readonly count: number }>(
      "SELECT count(*)::int AS count FROM aquatint.jobs WHERE owner = $1 AND id <> $2 AND favorites <> '{}'",
      [owner, id],
    );
    if (favorite && (marked?.count ?? 0) >= MAX_MARKED) {
      throw new AquatintError("job/favorites", `${MAX_MARKED} of your jobs have favorites, which is the limit`, {
        hint: "take a mark away, or download images and delete them",
      });
    }
    await sql.query(
      `UPDATE aquatint.jobs SET favorites = array_remove(favorites, $3::int) || CASE WHEN $4 THEN ARRAY[$3::int] ELSE '{}' END
       WHERE id = $1 AND owner = $2`,
      [id, owner, index, favorite],
    );
    await notify(sql, id);
  });
