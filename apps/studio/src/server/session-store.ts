import { createStore } from "../state/store.ts";

/** Who is signed in on the server. */
export interface Account {
  readonly name: string;
  /** Hours that the server keeps images. */
  readonly keepHours: number;
  /** Undefined where the server needs none. */
  readonly token: string | undefined;
}

/** How the page stands with its server. */
export type Session =
  | { readonly status: "opening" }
  | {
      readonly status: "signed-out";
      readonly reason?: string | undefined;
      /** True where the session ended by itself, so that what waits goes on once the same account is back. */
      readonly isExpired?: boolean;
    }
  | { readonly status: "signed-in"; readonly account: Account };

/** The session with the server. */
export const sessionStore = createStore<Session>({ status: "opening" });

/** Whether the window that asks for the token is open. */
export const signInStore = createStore({ isOpen: false });

/** Why a call to the server waits. */
export interface WaitReason {
  readonly text: string;
  readonly hint?: string | undefined;
  /** True where the server does not answer at all. */
  readonly isGone: boolean;
}

/** Why calls wait, the last one's reason at the end; empty while all are answered. */
export const waitStore = createStore<readonly WaitReason[]>([]);

/** Shows why one call waits, until it waits for another reason or for none. */
export function waitReason(): { set(reason: WaitReason | undefined): void } {
  let current: WaitReason | undefined;
  return {
    set(reason) {
      const [before, after] = [current, reason];
      current = after;
      waitStore.set((reasons) => [...reasons.filter((other) => other !== before), ...(after ? [after] : [])]);
    },
  };
}

/** Opens or closes the window that asks for the token. */
export const showSignIn = (isOpen: boolean): void => signInStore.set({ isOpen });
