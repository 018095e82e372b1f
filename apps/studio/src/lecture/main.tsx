import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { registerOffline } from "../offline/register.ts";
import { applyTheme } from "../ui/ThemeMenu.tsx";
import { addressStore } from "./link/link-store.ts";
import { pages } from "./pages.ts";
import { Lecture } from "./shell/Lecture.tsx";
import { siteRoot } from "./site-root.ts";

/** Milliseconds in which the first figure of a page fetches its worker. */
const FIGURE_MS = 1000;

applyTheme();
/** The page of the address, on its way while the bars are drawn; the page itself says what fails. */
const loading = pages.find(({ name }) => name === addressStore.get().page)?.load();
const root = document.querySelector("#root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <Lecture />
    </StrictMode>,
  );
}
const start = Promise.allSettled([loading]).then(() => new Promise((resolve) => setTimeout(resolve, FIGURE_MS)));
void registerOffline(siteRoot, start);
