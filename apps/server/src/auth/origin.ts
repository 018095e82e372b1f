import { isIP } from "node:net";
import { AquatintError } from "aquatint";

/** Which addresses the server is called by, and which pages may call it. */
export interface OriginRules {
  /** Names besides localhost and IP addresses. */
  readonly hosts: readonly string[];
  /** Origins of pages that may read answers, such as "https://app.example.org". */
  readonly origins: readonly string[];
}

/** What is checked of a request. */
export interface RequestOrigin {
  readonly host: string | undefined;
  readonly origin: string | undefined;
  /** Sec-Fetch-Site and Sec-Fetch-Mode, which browsers send. */
  readonly site: string | undefined;
  readonly mode: string | undefined;
}

/**
 * Refuses requests by names that the operator did not give, which DNS rebinding sends, and from pages of other origins.
 * @throws AquatintError "auth/host" or "auth/origin".
 */
export function checkOrigin({ host, origin, site, mode }: RequestOrigin, rules: OriginRules): void {
  const name = hostName(host ?? "");
  if (!(name === "localhost" || isIP(name) !== 0 || rules.hosts.includes(name))) {
    throw new AquatintError("auth/host", `the server is not called "${name}"`, {
      hint: "its operator allows names with --allow-host NAME",
    });
  }
  if (origin !== undefined && rules.origins.includes(origin)) return;
  const isOwn = origin !== undefined && origin.replace(/^https?:\/\//, "") === host;
  const isForeign = origin === undefined ? site === "cross-site" && mode !== "navigate" : !isOwn;
  if (!isForeign) return;
  throw new AquatintError("auth/origin", `pages of ${origin ?? "another site"} may not call this server`, {
    hint: "its operator allows origins with --allow-origin ORIGIN",
  });
}

/** A Host header without its port and brackets. */
const hostName = (host: string): string =>
  host
    .replace(/:\d+$/, "")
    .replace(/^\[(.*)\]$/, "$1")
    .toLowerCase();
