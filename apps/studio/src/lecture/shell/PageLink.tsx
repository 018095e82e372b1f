import type { MouseEvent, ReactNode } from "react";
import { openPage } from "../link/link-store.ts";

/** A link to a page of the lecture that keeps the chosen schedule; "" is the table of contents. */
export const PageLink = ({ to, children }: { readonly to: string; readonly children: ReactNode }) => (
  <a
    href={`#${to}`}
    onClick={(event: MouseEvent) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
      event.preventDefault();
      openPage(to);
      scrollTo({ top: 0, behavior: "instant" });
    }}
  >
    {children}
  </a>
);
