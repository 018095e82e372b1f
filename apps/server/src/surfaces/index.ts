import { jobsSurface } from "./jobs/surface.ts";
import type { Surface } from "./surface.ts";

/** Every way in. */
export const surfaces: readonly Surface[] = [jobsSurface];
