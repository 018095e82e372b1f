/** Installs the service worker of the site at `root`, with which its pages open without a network, once `start` is settled: it copies 18 MB. */
export async function registerOffline(
  root: string | URL = document.baseURI,
  start: Promise<unknown> = Promise.resolve(),
): Promise<void> {
  if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return;
  await start;
  await navigator.serviceWorker.register(new URL("service-worker.js", root)).catch(() => undefined);
}
