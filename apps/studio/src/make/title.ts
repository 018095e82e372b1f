import { doneShare, queueStore } from "./queue.ts";

/** Says in the title of the tab how far the queue is, and that it is done, to visitors who look at another tab meanwhile. */
export function followTitle(): void {
  const name = document.title;
  let isBusy = false;
  const isSeen = () => document.visibilityState === "visible";
  queueStore.subscribe(() => {
    const queue = queueStore.get();
    if (!queue.current && (!isBusy || queue.waiting.length > 0)) return;
    isBusy = queue.current !== undefined;
    const state = isBusy ? `${Math.floor(100 * doneShare(queue))} %` : queue.error ? "Failed" : "Done";
    document.title = isBusy || !isSeen() ? `${state} · ${name}` : name;
  });
  document.addEventListener("visibilitychange", () => !isBusy && isSeen() && Object.assign(document, { title: name }));
}
