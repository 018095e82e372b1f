import { packageBuild } from "../../scripts/build-config.ts";

/** The command alone; `vite build` adds the page as dist/page, which must outlive it. */
export default { ...packageBuild(new URL(".", import.meta.url)), clean: ["dist/*", "!dist/page"] };
