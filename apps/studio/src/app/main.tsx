import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { openEngine } from "../engine/engine-store.ts";
import { openGallery } from "../gallery/gallery-store.ts";
import { openLibrary } from "../models/keep.ts";
import { registerOffline } from "../offline/register.ts";
import { applyTheme } from "../ui/ThemeMenu.tsx";
import { App } from "./App.tsx";
import { preloadParts } from "./later.tsx";

applyTheme();
const root = document.querySelector("#root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
void openGallery();
void openLibrary();
openEngine().catch(() => {}); // the page shows what went wrong
void registerOffline();
preloadParts();
