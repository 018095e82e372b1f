import { currentBackend } from "../backend/backend.ts";
import type { DrawRequest } from "../backend/drawing.ts";
import { askBeforeLeaving } from "../state/leaving.ts";
import { createStore } from "../state/store.ts";
import { readTab, writeTab } from "../state/tab-store.ts";
import { type Job, queueStore } from "./queue.ts";

/** Images that were under way when the page ended. */
export const unfinishedStore = createStore<readonly DrawRequest[]>([]);

/** While images are made that end with the page, keeps what makes them, asks before it is left, and keeps the screen on: a phone that locks stops the page. */
export async function followLeaving(): Promise<void> {
  let last: readonly Job[] = [];
  const unfinished = await readTab<readonly DrawRequest[]>("unfinished");
  if (unfinished && !queueStore.get().current) unfinishedStore.set(unfinished);
  queueStore.subscribe(() => {
    const { current, waiting } = queueStore.get();
    const jobs = current && !currentBackend().drawing.outlivesPage ? [current.job, ...waiting] : [];
    if (jobs.length === last.length && jobs.every((job, i) => job === last[i])) return;
    last = jobs;
    askBeforeLeaving(queueStore, jobs.length > 0);
    keepScreenOn(jobs.length > 0);
    if (jobs.length > 0) unfinishedStore.set([]);
    keep(jobs.flatMap(({ request }) => request ?? []));
  });
  document.addEventListener("visibilitychange", () => keepScreenOn(last.length > 0)); // a hidden page loses the screen
}

const keep = (requests: readonly DrawRequest[]) =>
  void writeTab("unfinished", requests.length > 0 ? requests : undefined);

/** Forgets them, where they are drawn or not wanted. */
export function forgetUnfinished(): void {
  unfinishedStore.set([]);
  keep([]);
}

let screen: Promise<WakeLockSentinel | undefined> | undefined;

/** Keeps the screen on, as far as the browser lets a page. */
function keepScreenOn(isOn: boolean): void {
  void screen?.then((lock) => lock?.release());
  const isPossible = isOn && document.visibilityState === "visible";
  screen = isPossible ? navigator.wakeLock?.request("screen").catch(() => undefined) : undefined; // a low battery refuses
}
