import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { followLeaving } from "../make/leaving.ts";
import { followTitle } from "../make/title.ts";
import { registerOffline } from "../offline/register.ts";
import { followSource } from "../source/source-store.ts";
import { applyTheme } from "../ui/ThemeMenu.tsx";
import { App } from "./App.tsx";
import { openBackends } from "./backends.ts";
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
openBackends();
followTitle();
void followLeaving();
void followSource();
void registerOffline();
preloadParts();
