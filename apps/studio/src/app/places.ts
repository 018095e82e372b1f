import { openEngine } from "../engine/engine-store.ts";
import { browserArchive } from "../gallery/gallery-database.ts";
import { followGallery, openArchive, reloadGallery } from "../gallery/gallery-store.ts";
import { follow, leaveAll } from "../make/queue.ts";
import { tabDrawing } from "../make/tab-drawing.ts";
import { openLibrary } from "../models/keep.ts";
import { openShelf } from "../models/library.ts";
import { type Place, placeStore } from "../place/place.ts";
import { closeCatalog, openCatalog, serverShelf } from "../server/catalog.ts";
import { catalogStore } from "../server/catalog-store.ts";
import { unfinishedDrawings } from "../server/drawing.ts";
import { serverLimits } from "../server/limits.ts";
import { serverPlace } from "../server/place.ts";
import { followOtherTabs, hasServer, openSession } from "../server/session.ts";
import { type Account, sessionStore } from "../server/session-store.ts";
import { readLocal, writeLocal } from "../state/local.ts";
import { say } from "../ui/toasts.tsx";

const KEY = "aquatint-place";

const tabPlace: Place = {
  id: "tab",
  drawing: tabDrawing,
  archive: browserArchive(),
  limits: {},
  welcome: "Press Draw. The model runs in this tab, and nothing you type leaves it.",
  keeping: "Images that you make are kept here, in this browser alone.",
};

/** Opens the place of the last visit: the server where the page has one, until the visitor chooses the tab. */
export function openPlaces(): void {
  followGallery();
  if (!hasServer) return void openTab();
  followOtherTabs();
  sessionStore.subscribe(followSession);
  addEventListener("focus", () => placeStore.get()?.id === "server" && isSignedIn() && void reloadGallery());
  void choosePlace(readLocal(KEY) === "tab" ? "tab" : "server");
}

const isSignedIn = (): boolean => sessionStore.get().status === "signed-in";

/** Makes and keeps images in the tab, or on the server, from now on. */
export async function choosePlace(id: Place["id"]): Promise<void> {
  if (placeStore.get()?.id === id) return;
  writeLocal(KEY, id);
  leaveAll();
  if (id === "tab") return openTab();
  shown = undefined;
  showServer(undefined);
  if (isSignedIn()) followSession();
  else void openSession();
}

let isLibraryOpen = false;

async function openTab(): Promise<void> {
  placeStore.set(tabPlace);
  closeCatalog();
  openShelf(undefined);
  void openArchive(tabPlace.archive);
  if (!isLibraryOpen) void openLibrary();
  isLibraryOpen = true;
  await openEngine().catch(() => {}); // the page shows what went wrong
}

/** The account whose queue and gallery the page shows. */
let shown: string | undefined;

function showServer(account: Account | undefined): void {
  const place = serverPlace(account);
  placeStore.set(place);
  if (account) void openArchive(place.archive);
  else void openArchive(undefined);
  openShelf(serverShelf);
}

/** Shows what belongs to the account that signed in; a session that has ended leaves it on the page. */
function followSession(): void {
  const session = sessionStore.get();
  if (placeStore.get()?.id !== "server") return;
  if (session.status === "signed-out" && !session.isExpired) {
    if (shown !== undefined) leaveAll();
    shown = undefined;
    closeCatalog();
    showServer(undefined);
  }
  if (session.status !== "signed-in" || session.account.name === shown) return;
  if (shown !== undefined) leaveAll();
  shown = session.account.name;
  showServer(session.account);
  void openAccount(shown);
}

async function openAccount(name: string): Promise<void> {
  try {
    await openCatalog();
    placeStore.set((place) => place && { ...place, limits: serverLimits(catalogStore.get()) });
    const drawings = await unfinishedDrawings(name);
    if (shown === name) follow(drawings.map((drawing) => ({ drawing })));
  } catch (error) {
    if (shown === name) say("The models of the server could not be read", { detail: String(error) });
  }
}
