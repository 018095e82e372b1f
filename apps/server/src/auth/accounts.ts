import { createHash, randomBytes } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { AquatintError, messageOf } from "aquatint";
import { writeFileAtomic } from "aquatint/node";
import { z } from "zod";

/** Roles: an admin also sees the metrics of the server. No role sees the jobs of others. */
export const roles = ["admin", "user"] as const;
/** What a user may do. */
export type Role = (typeof roles)[number];

/** Who sends a request. */
export interface Account {
  readonly name: string;
  readonly role: Role;
}

/** Finds accounts by their tokens. */
export interface Accounts {
  /** True if nobody needs a token. */
  readonly open: boolean;
  /** The account of a token; undefined where there is none. `name` must be its name where it is given. */
  find(token: string | undefined, name?: string): Promise<Account | undefined>;
}

/** The account of a server without users. */
const LOCAL: Account = { name: "local", role: "admin" };

const userSchema = z.strictObject({
  name: z.string().regex(/^[\w.@-]{1,64}$/),
  role: z.enum(roles),
  tokens: z.array(z.string().regex(/^sha256:[0-9a-f]{64}$/)),
});
const fileSchema = z.strictObject({ users: z.array(userSchema) });
/** A user as a users file has them. */
export type User = z.output<typeof userSchema>;

/** Tokens are 256 random bits, so that a plain hash cannot be searched. */
export const newToken = (): string => `aq_${randomBytes(32).toString("base64url")}`;

/** A token as it is kept. */
export const tokenHash = (token: string): string => `sha256:${createHash("sha256").update(token).digest("hex")}`;

/** Everybody is the one account of this machine's user. */
export const openAccounts: Accounts = { open: true, find: async () => LOCAL };

/** One account, whose token the operator gave. */
export function singleAccount(token: string): Accounts {
  const users = byToken([{ name: "admin", role: "admin", tokens: [tokenHash(token)] }]);
  return { open: false, find: async (value, name) => userOf(users, value, name) };
}

/** Milliseconds after which the users file is looked at again. */
const RECHECK_MS = 1000;

/** The users of a file, which is read again when it changed. @throws AquatintError "users/file" if it is wrong or has no users at the start. */
export async function fileAccounts(path: string): Promise<Accounts> {
  const listed = await readUsers(path);
  if (listed.length === 0) throw usersError(`${path} has no users`);
  let users = byToken(listed);
  let [stamp, checked] = [await stampOf(path), Date.now()];
  const current = async (): Promise<UsersByToken> => {
    if (Date.now() - checked < RECHECK_MS) return users;
    checked = Date.now();
    const next = await stampOf(path);
    if (next !== stamp) {
      users = await readUsers(path).then(byToken, () => users); // a file that is being edited does not lock everybody out
      stamp = next;
    }
    return users;
  };
  return { open: false, find: async (token, name) => userOf(await current(), token, name) };
}

const stampOf = async (path: string): Promise<string> => {
  const { mtimeMs, size } = await stat(path).catch(() => ({ mtimeMs: 0, size: 0 }));
  return `${mtimeMs} ${size}`;
};

/** Users by the hashes of their tokens. */
type UsersByToken = ReadonlyMap<string, readonly User[]>;

function byToken(users: readonly User[]): UsersByToken {
  const all = new Map<string, readonly User[]>();
  for (const user of users) for (const hash of user.tokens) all.set(hash, [...(all.get(hash) ?? []), user]);
  return all;
}

/** The user of a token; the time of the search tells of the token's hash at most, from which no token can be guessed. */
function userOf(users: UsersByToken, token: string | undefined, name: string | undefined): Account | undefined {
  if (token === undefined) return undefined;
  const match = users.get(tokenHash(token))?.find((user) => name === undefined || user.name === name);
  return match && { name: match.name, role: match.role };
}

/** The users of a file; none where there is no file. @throws AquatintError "users/file". */
export async function readUsers(path: string): Promise<readonly User[]> {
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    if ((error as { readonly code?: unknown }).code === "ENOENT") return '{"users":[]}';
    throw usersError(`cannot read ${path}: ${messageOf(error)}`);
  });
  try {
    return fileSchema.parse(JSON.parse(text)).users;
  } catch {
    throw usersError(`${path} is not a users file`, "repair it, or remove it and add the users again");
  }
}

/** Writes a users file that only its owner reads. */
export const writeUsers = (path: string, users: readonly User[]): Promise<void> =>
  writeFileAtomic(path, `${JSON.stringify({ users }, undefined, 2)}\n`, { mode: 0o600 });

const usersError = (
  message: string,
  hint = "aquatint users add NAME --users FILE adds a user, and makes the file if needed",
) => new AquatintError("users/file", message, { hint });
