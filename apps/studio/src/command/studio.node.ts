import { spawn } from "node:child_process";
import { AquatintError } from "aquatint";
import { type Command, type Io, integer } from "aquatint/cli";
import { serveSite } from "./serve-site.node.ts";
import { siteFolder } from "./site-files.node.ts";

/** The options of `aquatint studio`, as they are parsed. */
interface Flags {
  readonly port: number;
  readonly open: boolean;
  readonly server?: string | undefined;
}

/** The address keeps its port from one start to the next: browsers keep a gallery for each. */
const PORT = 4780;

/** Adds `aquatint studio` to the program. */
export const addStudio = (program: Command, io: Io): Command =>
  program
    .command("studio")
    .summary("open a page that makes images in the browser")
    .description(
      "Serves the studio, a web page, to this machine only and opens it in the browser. The model runs in the page; prompts and images are sent nowhere, unless you name a server and draw on it. Where you fetch a model, it comes from the Hugging Face Hub, or from HF_ENDPOINT. Ctrl+C ends it.",
    )
    .option(
      "--port <n>",
      "port of the page; 0 takes a free one. Each port has its own gallery in the browser",
      integer("--port", { min: 0, max: 65_535, example: PORT }),
      PORT,
    )
    .option(
      "--server <url>",
      "an `aquatint serve` that the page may draw on, such as http://gpu-box:7860; it must be started with --allow-origin and this page's address",
      serverOrigin,
    )
    .option("--no-open", "print the address and do not open the browser")
    .action((flags: Flags) => studio(flags, io));

/** The origin of a server's address. @throws AquatintError "studio/server". */
export function serverOrigin(text: string): string {
  const { protocol, origin, pathname, username } = URL.canParse(text) ? new URL(text) : {};
  if (/^https?:$/.test(protocol ?? "") && origin && pathname === "/" && username === "") return origin;
  throw new AquatintError("studio/server", `--server: "${text}" is no address of a server`, {
    hint: "give http:// or https://, a name and a port, without a path: http://gpu-box:7860",
  });
}

async function studio({ port, open, server }: Flags, io: Io): Promise<void> {
  const site = await serveSite({
    ...{ folder: siteFolder(), port, server },
    hub: io.env["HF_ENDPOINT"]?.replace(/\/+$/, "") || undefined,
  });
  io.stdout.write(`${site.url}\n`);
  if (open) openBrowser(site.url, io);
  await aborted(io.signal);
  await site.close();
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });

const openers: Partial<Record<NodeJS.Platform, readonly [command: string, ...args: string[]]>> = {
  darwin: ["open"],
  win32: ["cmd", "/c", "start", ""],
};

/** Opens an address in the browser; where there is none, the address that was printed has to do. */
function openBrowser(url: string, { stderr }: Io): void {
  const [command, ...args] = openers[process.platform] ?? ["xdg-open"];
  const child = spawn(command, [...args, url], { stdio: "ignore", detached: true });
  child.on("error", () => stderr.write("note: no browser could be opened; open the address above\n"));
  child.unref();
}
