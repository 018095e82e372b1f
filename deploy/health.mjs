// The health check of the image: 0 where the server of this container answers. A worker has no port, and is healthy while it runs.
import { readFileSync } from "node:fs";

const isServer = readFileSync("/proc/1/cmdline", "utf8").split("\0").includes("serve");
if (isServer) {
  const isUp = await fetch("http://127.0.0.1:7860/healthz").then(
    ({ ok }) => ok,
    () => false,
  );
  process.exitCode = isUp ? 0 : 1;
}
