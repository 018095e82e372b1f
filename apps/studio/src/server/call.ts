import { AquatintError } from "aquatint";
import { serverAddress, serverName } from "./address.ts";
import { problemOf, ServerProblem, unreachable } from "./problem.ts";
import { type Account, sessionStore, showSignIn, type WaitReason, waitReason } from "./session-store.ts";

/** Options of a call. */
export interface CallOptions extends Pick<RequestInit, "method" | "body" | "keepalive"> {
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

/** Sends one request. @throws AquatintError "server/unreachable", ServerProblem. */
export async function send(path: string, token: string | undefined, options: CallOptions = {}): Promise<Response> {
  const { signal, headers, ...init } = options;
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const request: RequestInit = {
    ...init,
    headers: { ...headers, ...authorization },
    credentials: "omit", // else the browser asks for a password itself
    redirect: "error",
    ...(signal && { signal }),
  };
  const response = await fetch(new URL(path, serverAddress), request).catch((cause: unknown) => {
    throw signal?.aborted ? signal.reason : unreachable(cause);
  });
  if (response.ok) return response;
  throw await problemOf(response);
}

/** Milliseconds until the next try, by the number of tries before; the last for all later ones. */
const pauses = [500, 1000, 2000, 4000, 8000, 15_000];

/**
 * Sends a request as who is signed in. It waits where nobody is, where the session ended, and while the server is gone, starts
 * again or has no room. @throws AquatintError for all else, and "server/signed-out" once somebody else is signed in.
 */
export async function call(path: string, callOptions: CallOptions = {}): Promise<Response> {
  const signal = AbortSignal.any([calls.signal, ...(callOptions.signal ? [callOptions.signal] : [])]);
  const reason = waitReason();
  try {
    return await repeated(path, { ...callOptions, signal }, reason);
  } finally {
    reason.set(undefined);
  }
}

async function repeated(
  path: string,
  options: CallOptions & { readonly signal: AbortSignal },
  reason: ReturnType<typeof waitReason>,
): Promise<Response> {
  const { signal } = options;
  const first = await account(signal);
  let { token } = first;
  for (let tries = 0; ; ) {
    signal.throwIfAborted();
    try {
      return await send(path, token, options);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof ServerProblem && error.status === 401) {
        expire(token);
        reason.set(undefined);
        const next = await account(signal);
        if (next.name !== first.name) throw signedOut();
        ({ token } = next);
        continue;
      }
      const wait = waitOf(error, tries++);
      if (wait === undefined) throw error;
      reason.set(wait);
      await pause(wait.milliseconds, signal);
    }
  }
}

const signedOut = () =>
  new AquatintError("server/signed-out", "another account is signed in now, or none", { hint: "send it again" });

let calls = new AbortController();

/** Ends all calls, those that wait among them: another account is signed in from now on, or none. */
export function endCalls(): void {
  calls.abort(signedOut());
  calls = new AbortController();
}

/** The account that is signed in, as soon as one is. */
function account(signal: AbortSignal): Promise<Account> {
  return new Promise((resolve, reject) => {
    const settle = () => {
      const session = sessionStore.get();
      if (session.status !== "signed-in") return false;
      resolve(session.account);
      return true;
    };
    if (settle()) return;
    if (sessionStore.get().status === "signed-out") showSignIn(true);
    const stop = sessionStore.subscribe(() => settle() && stop());
    signal.addEventListener("abort", () => {
      stop();
      reject(signal.reason);
    });
  });
}

/** Ends the session whose token the server does not take any more. */
function expire(token: string | undefined): void {
  const session = sessionStore.get();
  if (session.status !== "signed-in" || session.account.token !== token) return; // it is another one already
  sessionStore.set({
    ...{ status: "signed-out", isExpired: true },
    reason: "Your session has ended. Sign in again: nothing is lost.",
  });
}

/** How long to wait after a failure, and what to say meanwhile; undefined where another try would fail as well. */
function waitOf(error: unknown, tries: number): (WaitReason & { readonly milliseconds: number }) | undefined {
  const milliseconds = pauses[Math.min(tries, pauses.length - 1)] ?? 0;
  if (!(error instanceof AquatintError)) return undefined;
  if (error.code === "server/unreachable") {
    const text = `${error.message}. Nothing is lost: the page tries again`;
    return { text, hint: error.hint, isGone: true, milliseconds };
  }
  if (!(error instanceof ServerProblem)) return undefined;
  const { status, retryAfter } = error;
  if (status === 429) {
    const text = `${serverName} has no room at the moment: ${error.message}. The page tries again`;
    return { text, isGone: false, milliseconds: retryAfter === undefined ? milliseconds : 1000 * retryAfter };
  }
  if (![502, 503, 504].includes(status)) return undefined;
  const text = `${serverName} cannot work at the moment: ${error.message}. The page tries again`;
  return { text, isGone: true, milliseconds };
}

/** Waits, at most until the network is there again. */
const pause = (milliseconds: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const end = () => {
      clearTimeout(timer);
      removeEventListener("online", end);
      if (signal.aborted) reject(signal.reason);
      else resolve();
    };
    const timer = setTimeout(end, milliseconds);
    addEventListener("online", end);
    signal.addEventListener("abort", end, { once: true });
  });

/** Sends a request and reads its answer as JSON. */
export const callJson = async <T>(path: string, options?: CallOptions): Promise<T> =>
  (await (await call(path, options)).json()) as T;
