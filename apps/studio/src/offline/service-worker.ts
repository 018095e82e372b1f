import { isolationHeaders } from "../site/headers.ts";

/** What TypeScript's DOM library lacks of a service worker. */
interface ServiceWorkerEvent extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface PageRequest extends ServiceWorkerEvent {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}
interface ServiceWorkerScope {
  addEventListener(type: "install" | "activate", listener: (event: ServiceWorkerEvent) => void): void;
  addEventListener(type: "fetch", listener: (event: PageRequest) => void): void;
  skipWaiting(): Promise<void>;
  readonly clients: { claim(): Promise<void> };
  readonly registration: { readonly scope: string };
}
const scope = self as unknown as ServiceWorkerScope;

/** Both are filled in by the build. */
const files = "__FILES__" as unknown as readonly string[];
const CACHE = "aquatint-page-__VERSION__";

const addressOf = (file: string): string => new URL(file, scope.registration.scope).href;
const pageAddresses = new Set(files.map(addressOf));
const isOfPage = (address: string): boolean => pageAddresses.has(address) || address.startsWith(addressOf("assets/"));

scope.addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(CACHE)
      .then((cache) => cache.addAll(files.map(addressOf)))
      .then(() => scope.skipWaiting()),
  );
});

scope.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => names.filter((name) => name.startsWith("aquatint-page-") && name !== CACHE))
      .then((old) => Promise.all(old.map((name) => caches.delete(name))))
      .then(() => scope.clients.claim()),
  );
});

scope.addEventListener("fetch", (event) => {
  const { method, mode, url } = event.request;
  const address = url.replace(/[?#].*$/, "");
  if (method !== "GET") return;
  const isPage = mode === "navigate" && address.endsWith("/");
  const file = isPage ? `${address}index.html` : address;
  if (isPage && address === scope.registration.scope) event.respondWith(start(file));
  else if (isOfPage(file)) event.respondWith(page(file));
});

/** Milliseconds that a host has before the page comes from the cache. */
const HOST_MS = 1500;

/** The page itself from its host, which may name another server by now; from the cache where the host does not answer. */
async function start(address: string): Promise<Response> {
  const late = new Promise<undefined>((resolve) => setTimeout(resolve, HOST_MS));
  const response = await Promise.race([fetch(address, { cache: "no-cache" }).catch(() => undefined), late]);
  if (!response?.ok) return page(address);
  await (await caches.open(CACHE)).put(address, response.clone()).catch(() => {}); // the disk may be full
  return isolated(response);
}

/** A file of the page, from the cache, with the headers that a host may not send. */
async function page(address: string): Promise<Response> {
  return isolated((await caches.match(address)) ?? (await fetched(address)));
}

/** An answer with the headers by which the page is isolated. */
function isolated(response: Response): Response {
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(isolationHeaders)) headers.set(name, value);
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
}

/** A file that was not kept yet. */
async function fetched(address: string): Promise<Response> {
  const response = await fetch(address);
  if (response.ok) await (await caches.open(CACHE)).put(address, response.clone()).catch(() => {}); // the disk may be full
  return response;
}
