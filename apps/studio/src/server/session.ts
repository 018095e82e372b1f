import { AquatintError } from "aquatint";
import { forgetToken, keepToken, onTokenForgotten, readToken } from "../state/token.ts";
import { serverAddress, serverName } from "./address.ts";
import { endCalls, send } from "./call.ts";
import { ServerProblem } from "./problem.ts";
import { type Account, connectionStore, sessionStore, showSignIn } from "./session-store.ts";

const accountOf = async (token: string | undefined): Promise<Account> => {
  const { name, keepHours } = await (await send("v1/account", token)).json();
  return { name, keepHours, token };
};

/** Milliseconds between looks at a server that does not answer. */
const RETRY_MS = 3000;

/** Signs in with the token of an earlier visit, or without one where the server needs none. */
export async function openSession(): Promise<void> {
  onTokenForgotten(() => {
    if (readToken() !== undefined) return; // this tab has one of its own
    signOut("You signed out in another tab.");
  });
  const token = readToken();
  for (;;) {
    try {
      signedIn(await accountOf(token));
      return;
    } catch (error) {
      if (sessionStore.get().status !== "opening") return; // somebody signed in meanwhile
      if (error instanceof ServerProblem && error.status === 401) {
        forgetToken();
        endSession(token === undefined ? undefined : "Your session has ended. Sign in again.");
        return showSignIn(true);
      }
      const { message, hint } = error instanceof AquatintError ? error : { message: String(error), hint: "" };
      connectionStore.set(`${message}. The page tries again. ${hint ?? ""}`);
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}

/** The last account, whose queue and gallery the page shows until another signs in. */
let last: string | undefined;

function signedIn(account: Account): void {
  if (last !== undefined && last !== account.name) endCalls();
  last = account.name;
  connectionStore.set(undefined);
  sessionStore.set({ status: "signed-in", account });
  showSignIn(false);
}

/** Signs in. @throws AquatintError that says why that cannot be. */
export async function signIn(token: string, options: { readonly beyondTab: boolean }): Promise<void> {
  try {
    const account = await accountOf(token);
    keepToken(token, options);
    signedIn(account);
  } catch (error) {
    if (!(error instanceof ServerProblem)) throw error;
    if (error.status === 401) {
      throw new AquatintError("server/token", `${serverName} does not know this token`, {
        hint: "copy it again, whole; the operator of the server gives you another if it is lost",
      });
    }
    if (error.status === 429) {
      throw new AquatintError("server/rate", "too many tries", { hint: `wait ${error.retryAfter ?? 60} seconds` });
    }
    throw error;
  }
}

/** Forgets the token here, and who is signed in. */
export function signOut(reason?: string): void {
  forgetToken();
  last = undefined;
  endCalls();
  endSession(reason);
}

function endSession(reason?: string): void {
  connectionStore.set(undefined);
  sessionStore.set({ status: "signed-out", reason });
}

/** Whether the page has a server. */
export const hasServer = serverAddress !== undefined;
