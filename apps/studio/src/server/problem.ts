import { AquatintError } from "aquatint";
import { isOwnServer, serverAddress, serverName } from "./address.ts";

/** An answer of the server that says what went wrong. */
export class ServerProblem extends AquatintError {
  readonly status: number;
  /** Seconds after which the server takes another try. */
  readonly retryAfter: number | undefined;

  constructor(
    { code, detail, hint }: { readonly code: string; readonly detail: string; readonly hint?: string | undefined },
    { status, headers }: Response,
  ) {
    super(code as AquatintError["code"], detail, { hint });
    this.status = status;
    this.retryAfter = Number(headers.get("retry-after") ?? Number.NaN) || undefined;
  }
}

/** Hints for programs that send requests, which help nobody on the page. */
const forPrograms = /\/v1\/docs|Authorization|idempotency|--\w/;

/** What an answer says went wrong. */
export async function problemOf(response: Response): Promise<ServerProblem> {
  const { code, detail, hint } = await response.json().catch(() => ({}));
  if (typeof code !== "string" || typeof detail !== "string") {
    const message = `${serverName} answered with status ${response.status}`;
    return new ServerProblem({ code: "server/answer", detail: message, hint: "try again in a moment" }, response);
  }
  const advice = typeof hint === "string" && !forPrograms.test(hint) ? hint : undefined;
  return new ServerProblem({ code, detail, hint: advice }, response);
}

function adviceOn(address: URL | undefined): string {
  if (isOwnServer) return "it may be starting again, or the network is gone";
  if (location.protocol === "https:" && address?.protocol === "http:")
    return "this page came over https, and browsers let it call no server over http";
  return `see that it runs, and that it was started with --allow-origin ${location.origin}`;
}

/** The server that does not answer, or does not let the page read what it answers. */
export const unreachable = (cause: unknown): AquatintError =>
  new AquatintError("server/unreachable", `${serverName} does not answer`, {
    hint: adviceOn(serverAddress),
    cause,
  });
