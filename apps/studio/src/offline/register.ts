/** Installs the service worker of the site at `root`, with which its pages open without a network. */
export async function registerOffline(root: string | URL = document.baseURI): Promise<void> {
  if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return;
  await navigator.serviceWorker.register(new URL("service-worker.js", root)).catch(() => undefined);
}
