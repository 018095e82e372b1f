import { packageBuild } from "../../scripts/build-config.ts";

/** The command alone; `vite build` adds the page as dist/site, which must outlive it. */
export default { ...packageBuild(new URL(".", import.meta.url)), clean: ["dist/*", "!dist/site"] };
