import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { registerOffline } from "../offline/register.ts";
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
void registerOffline();
preloadParts();
