import { resolve } from "node:path";
import { AquatintError } from "aquatint";
import { type Command, choice, type Io } from "aquatint/cli";
import { newToken, type Role, readUsers, roles, tokenHash, writeUsers } from "../auth/accounts.ts";

interface Flags {
  readonly users: string;
  readonly role?: Role;
}

/** Adds `aquatint users` to the program. */
export const addUsers = (program: Command, io: Io): Command => {
  const command = program
    .command("users")
    .summary("manage the users of a server")
    .description(
      "Adds, lists and removes users in the file that `aquatint serve --users FILE` reads. A running server follows the file.",
    );
  const withFile = (name: string, summary: string) =>
    command.command(name).summary(summary).option("--users <file>", "file of the users", "users.json");
  withFile("add <name>", "add a user, or another token of a user, and print the token")
    .option(
      "--role <role>",
      `${roles.join(" or ")}; admins may also read /metrics (default: user, or the role so far)`,
      choice("--role", roles),
    )
    .action((name: string, flags: Flags) => add(name, flags, io));
  withFile("remove <name>", "remove a user with all tokens").action((name: string, flags: Flags) =>
    remove(name, flags, io),
  );
  withFile("list", "list the users").action(async ({ users }: Flags) => {
    const path = resolve(io.cwd, users);
    const all = await readUsers(path);
    if (all.length === 0) io.stderr.write(`${path} has no users\n`);
    for (const { name, role, tokens } of all) {
      io.stdout.write(`${name}  ${role}  ${tokens.length} ${tokens.length === 1 ? "token" : "tokens"}\n`);
    }
  });
  return command;
};

async function add(name: string, { users: file, role }: Flags, io: Io): Promise<void> {
  if (!/^[\w.@-]{1,64}$/.test(name)) {
    throw new AquatintError("users/name", `"${name}" cannot be the name of a user`, {
      hint: "use 1 to 64 letters, digits and . _ @ -",
    });
  }
  const path = resolve(io.cwd, file);
  const users = await readUsers(path);
  const token = newToken();
  const earlier = users.find((user) => user.name === name);
  const user = { name, role: role ?? earlier?.role ?? "user", tokens: [...(earlier?.tokens ?? []), tokenHash(token)] };
  await writeUsers(path, [...users.filter((other) => other.name !== name), user]);
  io.stdout.write(`${token}\n`);
  io.stderr.write("This is the only time that the token is shown: the file keeps its hash.\n");
}

async function remove(name: string, { users: file }: Flags, io: Io): Promise<void> {
  const path = resolve(io.cwd, file);
  const users = await readUsers(path);
  const remaining = users.filter((user) => user.name !== name);
  if (remaining.length === users.length) {
    throw new AquatintError("users/unknown", `there is no user "${name}" in ${path}`, {
      hint: `aquatint users list --users ${file} lists them`,
    });
  }
  await writeUsers(path, remaining);
}
