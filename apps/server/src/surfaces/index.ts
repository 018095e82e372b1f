import { a1111Surface } from "./a1111/surface.ts";
import { jobsSurface } from "./jobs/surface.ts";
import { mcpSurface } from "./mcp/surface.ts";
import { openaiSurface } from "./openai/surface.ts";
import type { Surface } from "./surface.ts";

/** Every way in. */
export const surfaces: readonly Surface[] = [jobsSurface, a1111Surface, openaiSurface, mcpSurface];
