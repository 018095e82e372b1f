import { packageBuild } from "../../scripts/build-config.ts";

export default packageBuild(new URL(".", import.meta.url), {
  started: ["src/worker/child.ts", "src/queue/pglite-thread.ts", "src/jobs/checks/thread.ts"],
});
