const KEY = "aquatint-token";

type Area = "localStorage" | "sessionStorage";

/** Does something with a store of the browser, which may keep nothing. */
function within<T>(area: Area, work: (storage: Storage) => T): T | undefined {
  try {
    return work(globalThis[area]);
  } catch {
    return undefined;
  }
}

/** The token of an earlier visit, or of this tab. */
export const readToken = (): string | undefined =>
  within("sessionStorage", (storage) => storage.getItem(KEY)) ??
  within("localStorage", (storage) => storage.getItem(KEY)) ??
  undefined;

/** Remembers a token until the tab closes, or beyond for all tabs. */
export function keepToken(token: string, { beyondTab }: { readonly beyondTab: boolean }): void {
  within("sessionStorage", (storage) => storage.removeItem(KEY));
  within(beyondTab ? "localStorage" : "sessionStorage", (storage) => storage.setItem(KEY, token));
}

/** Forgets the token. */
export function forgetToken(): void {
  for (const area of ["localStorage", "sessionStorage"] as const) within(area, (storage) => storage.removeItem(KEY));
}

/** Calls `onForgotten` where another tab forgot the token that is kept for all of them. */
export const onTokenForgotten = (onForgotten: () => void): void =>
  addEventListener("storage", ({ key, newValue }) => key === KEY && newValue === null && onForgotten());
