import type { Backend } from "../backend/backend.ts";
import { serverName } from "./address.ts";
import { serverArchive } from "./archive.ts";
import { catalogStore } from "./catalog-store.ts";
import { serverDrawing } from "./drawing.ts";
import { serverLimits } from "./limits.ts";
import type { Account } from "./session-store.ts";

/** The server as a backend, for who is signed in. */
export function serverBackend(account: Account | undefined): Backend {
  const hours = account?.keepHours ?? 24;
  return {
    id: "server",
    drawing: serverDrawing,
    archive: account && serverArchive(account),
    limits: serverLimits(catalogStore.get()),
    welcome: account
      ? `Press Draw. ${serverName} makes the image, and your prompts and images are sent there alone.`
      : "Without a token, choose Draw in this tab behind the button at the top.",
    keeping: `${serverName} keeps images for ${hours} hours, and favorites until you take the mark away.`,
  };
}
