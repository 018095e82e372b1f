import { spawn } from "node:child_process";
import { cp, mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { checkPage } from "./browsers.ts";
import { npmInstall } from "./context.ts";
import { emptyHome, exec, expectNoTelemetry, killTree } from "./exec.ts";
import { checkImage } from "./image.ts";
import { type Context, NotRun, type Row } from "./row.ts";
import { program } from "./runtimes.ts";
import { versions } from "./versions.ts";

const config = `
export default {
  serverExternalPackages: ["aquatint"],
  headers: async () => [{ source: "/:path*", headers: [
    { key: "Cross-Origin-Opener-Policy", value: "same-origin" },
    { key: "Cross-Origin-Embedder-Policy", value: "require-corp" },
  ] }],
};
`;
const layout = `
export default function Layout({ children }) { return <html lang="en"><body>{children}</body></html>; }
`;
const page = `
"use client";
import { useEffect } from "react";
export default function Page() {
  useEffect(() => { import("../page.js"); }, []);
  return <p>An image is drawn here.</p>;
}
`;
const route = `
import { encodePng } from "aquatint/formats";
import { generate } from "aquatint/node";
export const dynamic = "force-dynamic";
export async function GET() {
  for await (const event of generate({ prompt: "a red circle", seed: 1, steps: 4 })) {
    if (event.type === "image") return new Response(encodePng(event.image), { headers: { "content-type": "image/png" } });
  }
}
`;

async function nextProject(context: Context): Promise<string> {
  const cwd = await context.folder({
    "package.json": { name: "site", private: true, type: "module" },
    "next.config.mjs": config,
    "app/layout.jsx": layout,
    "app/page.jsx": page,
    "app/draw/route.js": route,
    "page.js": await program("page.js"),
  });
  const packages = Object.entries(versions.next).map(([name, version]) => `${name}@${version}`);
  await exec("npm", [...npmInstall, "--ignore-scripts", ...packages], { cwd, limit: 400 }).catch((cause: unknown) => {
    throw new NotRun(`${packages.join(", ")} cannot be installed`, { cause });
  });
  await exec("npm", [...npmInstall, context.archives.aquatint], { cwd });
  await mkdir(join(cwd, "public"));
  await cp(join(cwd, "node_modules/aquatint/model-emoji/latent"), join(cwd, "public/model"), { recursive: true });
  return cwd;
}

const freePort = () =>
  new Promise<number>((resolve, reject) => {
    const server = createServer().on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });

async function reachable(address: string): Promise<void> {
  for (let i = 0; i < 120; i++) {
    if (await fetch(address).catch(() => undefined)) return;
    await setTimeout(500);
  }
  throw new Error(`${address} does not answer`);
}

const nextRow: Row = {
  name: "next",
  what: "Next.js: a route of the server and a page of the client, one image each",
  async run(context) {
    const cwd = await nextProject(context);
    const next = join(cwd, "node_modules/next/dist/bin/next");
    const home = await mkdtemp(join(tmpdir(), "aquatint-home-"));
    const env = { ...emptyHome(home), NEXT_TELEMETRY_DISABLED: "1" };
    await exec(process.execPath, [next, "build"], { cwd, env, limit: 400 });
    const port = await freePort();
    const site = `http://127.0.0.1:${port}`;
    const server = spawn(process.execPath, [next, "start", "-p", `${port}`, "-H", "127.0.0.1"], {
      cwd,
      detached: true,
      env: { ...process.env, ...env },
      stdio: "ignore",
    });
    try {
      await reachable(site);
      const drawn = await fetch(`${site}/draw`);
      if (!drawn.ok) throw new Error(`the route answers ${drawn.status}: ${await drawn.text()}`);
      await writeFile(join(cwd, "image.png"), new Uint8Array(await drawn.arrayBuffer()));
      await checkImage(join(cwd, "image.png"));
      await expectNoTelemetry(home);
      return `Next.js ${versions.next.next}, ${await checkPage(site)}`;
    } finally {
      killTree(server.pid);
    }
  },
};

/** Frameworks. */
export const nextRows: readonly Row[] = [nextRow];
