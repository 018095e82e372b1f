import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { lockFolder } from "../queue/folder-lock.ts";
import type { ServerConfig } from "./config.ts";
import { startServer } from "./server.ts";

const message = (text: string): unknown => expect.stringContaining(text);
test.each<[name: string, options: (folder: string) => Partial<ServerConfig>, error: object]>([
  ["a users file that is not there", (folder) => ({ usersFile: join(folder, "user.json") }), { code: "users/file" }],
  [
    "a token beside a users file",
    (folder) => ({ usersFile: join(folder, "users.json"), token: "secret" }),
    { code: "server/accounts", hint: message("AQUATINT_TOKEN") },
  ],
  ["a file as the data folder", (folder) => ({ data: join(folder, "file") }), { code: "file/missing" }],
  ["a data folder below a file", (folder) => ({ data: join(folder, "file/data") }), { code: "file/missing" }],
  [
    "a folder of models without models",
    (folder) => ({ modelFolders: [folder] }),
    { code: "model/none", hint: message("checkpoints") },
  ],
  [
    "a host that is not this machine's",
    () => ({ host: "192.0.2.1", token: "secret" }),
    { code: "server/listen", hint: message("--host") },
  ],
])("%s is refused when the server starts", async (_, options, error) => {
  const folder = await mkdtemp(join(tmpdir(), "aquatint-start-"));
  try {
    await writeFile(join(folder, "file"), "");
    const config = {
      port: 0,
      data: join(folder, "data"),
      logLevel: "silent",
      worker: false,
      ...options(folder),
    } as const;
    await expect(startServer(config)).rejects.toMatchObject(error);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("a data folder has one server, also within a process", async () => {
  const folder = await mkdtemp(join(tmpdir(), "aquatint-start-"));
  try {
    await using _ = await lockFolder(folder);
    await expect(lockFolder(folder)).rejects.toMatchObject({ code: "server/locked", hint: message("--data") });
  } finally {
    await rm(folder, { recursive: true });
  }
});
