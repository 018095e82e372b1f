import { pino } from "pino";

/** Levels of the log. */
export const logLevels = ["silent", "error", "warn", "info", "debug"] as const;

/** The log of a server: one JSON object a line. */
export type Log = ReturnType<typeof openLog>;

/** Keys whose values never come into the log. */
const secrets = ["token", "password", "authorization", "secretAccessKey", "headers.authorization", "url.password"];

/** Opens the log on stderr, so that stdout stays free for answers. */
export const openLog = (level: (typeof logLevels)[number]) =>
  pino(
    { level, base: null, redact: { paths: secrets, censor: "(not shown)" } },
    pino.destination({ fd: 2, sync: true }),
  );
