/** Jobs of this tab that are not ended, by who sent them: a page that is loaded again follows them. */
const keyOf = (account: string): string => `aquatint-jobs ${account}`;

/** The jobs that this tab sent for an account, the oldest first. */
export function rememberedJobs(account: string): readonly string[] {
  try {
    const list: unknown = JSON.parse(sessionStorage.getItem(keyOf(account)) ?? "[]");
    return Array.isArray(list) ? list.filter((id) => typeof id === "string") : [];
  } catch {
    return [];
  }
}

function write(account: string, ids: readonly string[]): void {
  try {
    sessionStorage.setItem(keyOf(account), JSON.stringify(ids));
  } catch {
    // a page that is loaded again finds the images in the gallery
  }
}

/** Remembers a job until it has ended. */
export const rememberJob = (account: string, id: string): void => write(account, [...rememberedJobs(account), id]);

/** Forgets a job that has ended. */
export const forgetJob = (account: string, id: string): void =>
  write(
    account,
    rememberedJobs(account).filter((other) => other !== id),
  );
