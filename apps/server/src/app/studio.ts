import { existsSync } from "node:fs";
import { join } from "node:path";
import type { MiddlewareHandler } from "hono";
import type { Env } from "../surfaces/surface.ts";

/** Where the page of the studio is. */
export const STUDIO_PATH = "/studio";

/** Answers for the files of the page, by their addresses below its own. */
export type StudioPage = Awaited<ReturnType<typeof openStudioPage>>;

/** The page of a folder. @throws AquatintError "studio/not-built". */
export async function openStudioPage(folder: string) {
  const { siteResponses } = await import("@aquatint/studio");
  return siteResponses(folder);
}

/** The folder of the page where `@aquatint/studio` is installed and built. */
export async function installedStudio(): Promise<string | undefined> {
  const studio = await import("@aquatint/studio").catch((error: unknown) => {
    if ((error as { readonly code?: unknown }).code === "ERR_MODULE_NOT_FOUND") return undefined;
    throw error;
  });
  const folder = studio?.siteFolder();
  return folder !== undefined && existsSync(join(folder, "index.html")) ? folder : undefined;
}

/** Serves the page to everybody: it holds no secret, and asks for the token itself. */
export const studioPage =
  (answer: StudioPage): MiddlewareHandler<Env> =>
  async (c) => {
    const { method, url } = c.req;
    const path = new URL(url).pathname; // the slash at its end counts here: addresses in the page begin there
    if (path === STUDIO_PATH) return c.redirect(`${STUDIO_PATH}/`);
    const [range, ifNoneMatch] = [c.req.header("range"), c.req.header("if-none-match")];
    return answer({ method, address: decoded(path.slice(STUDIO_PATH.length)), range, ifNoneMatch });
  };

const decoded = (path: string): string => {
  try {
    return decodeURIComponent(path);
  } catch {
    return "";
  }
};
