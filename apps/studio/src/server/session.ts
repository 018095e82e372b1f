import { AquatintError } from "aquatint";
import { forgetToken, keepToken, onTokenForgotten, readToken } from "../state/token.ts";
import { serverAddress, serverName } from "./address.ts";
import { endCalls, send } from "./call.ts";
import { ServerProblem } from "./problem.ts";
import { type Account, sessionStore, showSignIn, waitReason } from "./session-store.ts";

const accountOf = async (token: string | undefined): Promise<Account> => {
  const { name, keepHours } = await (await send("v1/account", token)).json();
  return { name, keepHours, token };
};

/** Milliseconds between looks at a server that does not answer. */
const RETRY_MS = 3000;

/** Signs in with the token of an earlier visit, or without one where the server needs none. */
export function openSession(): Promise<void> {
  opening ??= open().finally(() => {
    opening = undefined;
  });
  return opening;
}

let opening: Promise<void> | undefined;

/** Signs out where another tab forgot the token that is kept for all. */
export const followOtherTabs = (): void =>
  onTokenForgotten(() => {
    if (readToken() !== undefined) return; // this tab has one of its own
    signOut("You signed out in another tab.");
  });

async function open(): Promise<void> {
  const token = readToken();
  const reason = waitReason();
  for (;;) {
    try {
      const account = await accountOf(token);
      reason.set(undefined);
      return signedIn(account);
    } catch (error) {
      reason.set(undefined);
      if (sessionStore.get().status === "signed-in") return; // somebody signed in meanwhile
      if (error instanceof ServerProblem && error.status === 401) {
        forgetToken();
        endSession(token === undefined ? undefined : "Your session has ended. Sign in again.");
        return showSignIn(true);
      }
      const { message, hint } = error instanceof AquatintError ? error : { message: String(error), hint: "" };
      reason.set({ text: `${message}. The page tries again`, hint, isGone: true });
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}

/** The last account, whose queue and gallery the page shows until another signs in. */
let last: string | undefined;

function signedIn(account: Account): void {
  if (last !== undefined && last !== account.name) endCalls();
  last = account.name;
  sessionStore.set({ status: "signed-in", account });
  showSignIn(false);
}

/** Signs in. @throws AquatintError that says why that cannot be. */
export async function signIn(text: string, options: { readonly beyondTab: boolean }): Promise<void> {
  const token = text.trim().replace(/^Bearer\s+/i, "");
  try {
    if (!/^[\x21-\x7e]+$/.test(token)) throw unknownToken(); // no header can hold it
    const account = await accountOf(token);
    keepToken(token, options);
    signedIn(account);
  } catch (error) {
    if (!(error instanceof ServerProblem)) throw error;
    if (error.status === 401) throw unknownToken();
    if (error.status === 429) {
      throw new AquatintError("server/rate", "too many tries", { hint: `wait ${error.retryAfter ?? 60} seconds` });
    }
    throw error;
  }
}

const unknownToken = () =>
  new AquatintError("server/token", `${serverName} does not know this token`, {
    hint: "copy it again, whole; the operator of the server gives you another if it is lost",
  });

/** Forgets the token here, and who is signed in. */
export function signOut(reason?: string): void {
  forgetToken();
  last = undefined;
  endCalls();
  endSession(reason);
}

function endSession(reason?: string): void {
  sessionStore.set({ status: "signed-out", reason });
}

/** Whether the page has a server. */
export const hasServer = serverAddress !== undefined;
