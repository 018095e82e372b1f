import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { registerOffline } from "../offline/register.ts";
import { applyTheme } from "../ui/ThemeMenu.tsx";
import { Lecture } from "./shell/Lecture.tsx";
import { siteRoot } from "./site-root.ts";

applyTheme();
const root = document.querySelector("#root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <Lecture />
    </StrictMode>,
  );
}
void registerOffline(siteRoot);
