import { type Backend, backendStore } from "../backend/backend.ts";
import { openEngine } from "../engine/engine-store.ts";
import { browserArchive } from "../gallery/gallery-database.ts";
import { followGallery, openArchive, reloadGallery } from "../gallery/gallery-store.ts";
import { follow, leaveAll } from "../make/queue.ts";
import { tabDrawing } from "../make/tab-drawing.ts";
import { openLibrary } from "../models/keep.ts";
import { openShelf } from "../models/library.ts";
import { serverBackend } from "../server/backend.ts";
import { closeCatalog, openCatalog, serverShelf } from "../server/catalog.ts";
import { catalogStore } from "../server/catalog-store.ts";
import { unfinishedDrawings } from "../server/drawing.ts";
import { serverLimits } from "../server/limits.ts";
import { followOtherTabs, hasServer, openSession } from "../server/session.ts";
import { type Account, sessionStore } from "../server/session-store.ts";
import { readLocal, writeLocal } from "../state/local.ts";
import { say } from "../ui/toasts.tsx";

const KEY = "aquatint-backend";

const tabBackend: Backend = {
  id: "tab",
  drawing: tabDrawing,
  archive: browserArchive(),
  limits: {},
  welcome: "Press Draw. The model runs in this tab, and nothing you type leaves it.",
  keeping: "Images that you make are kept here, in this browser alone.",
};

/** Opens the backend of the last visit: the server where the page has one, until the visitor chooses the tab. */
export function openBackends(): void {
  followGallery();
  if (!hasServer) return void openTab();
  followOtherTabs();
  sessionStore.subscribe(followSession);
  addEventListener("focus", () => backendStore.get()?.id === "server" && isSignedIn() && void reloadGallery());
  void chooseBackend(readLocal(KEY) === "tab" ? "tab" : "server");
}

const isSignedIn = (): boolean => sessionStore.get().status === "signed-in";

/** Makes and keeps images in the tab, or on the server, from now on. */
export async function chooseBackend(id: Backend["id"]): Promise<void> {
  if (backendStore.get()?.id === id) return;
  writeLocal(KEY, id);
  leaveAll();
  if (id === "tab") return openTab();
  current = undefined;
  showServer(undefined);
  if (isSignedIn()) followSession();
  else void openSession();
}

let isLibraryOpen = false;

async function openTab(): Promise<void> {
  backendStore.set(tabBackend);
  closeCatalog();
  openShelf(undefined);
  void openArchive(tabBackend.archive);
  if (!isLibraryOpen) void openLibrary();
  isLibraryOpen = true;
  await openEngine().catch(() => {}); // the page shows what went wrong
}

/** The account whose queue and gallery the page shows. */
let current: string | undefined;

function showServer(account: Account | undefined): void {
  const backend = serverBackend(account);
  backendStore.set(backend);
  void openArchive(backend.archive);
  openShelf(serverShelf);
}

/** Shows what belongs to the account that signed in; a session that has ended leaves it on the page. */
function followSession(): void {
  const session = sessionStore.get();
  if (backendStore.get()?.id !== "server") return;
  if (session.status === "signed-out" && !session.isExpired) {
    if (current !== undefined) leaveAll();
    current = undefined;
    closeCatalog();
    showServer(undefined);
  }
  if (session.status !== "signed-in" || session.account.name === current) return;
  if (current !== undefined) leaveAll();
  current = session.account.name;
  showServer(session.account);
  void openAccount(current);
}

async function openAccount(name: string): Promise<void> {
  try {
    await openCatalog();
    backendStore.set((backend) => backend && { ...backend, limits: serverLimits(catalogStore.get()) });
    const drawings = await unfinishedDrawings(name);
    if (current === name) follow(drawings.map((drawing) => ({ drawing })));
  } catch (error) {
    if (current === name) say("The models of the server could not be read", { detail: String(error) });
  }
}
