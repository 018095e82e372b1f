/** The server of aquatint: users, a queue of jobs, and workers that make images and clips. Runs in Node. */
export { type ServerConfig, serverDefaults } from "./app/config.ts";
export { type RunningServer, startServer } from "./app/server.ts";
export { openApiDocument } from "./surfaces/jobs/documentation.ts";
