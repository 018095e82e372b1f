/** Installs the service worker, with which the page opens without a network. */
export async function registerOffline(): Promise<void> {
  if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return;
  await navigator.serviceWorker.register(new URL("service-worker.js", document.baseURI)).catch(() => undefined);
}
