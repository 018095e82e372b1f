import type { ReactNode } from "react";
import { Icon } from "./icons.tsx";

interface NoticeProps {
  readonly kind: "error" | "warning" | "note";
  readonly text: string;
  readonly hint?: string | undefined;
  readonly children?: ReactNode;
}

/** Something that the visitor should know, with what to do about it. */
export const Notice = ({ kind, text, hint, children }: NoticeProps) => (
  <div className="notice" data-kind={kind} role={kind === "error" ? "alert" : "status"}>
    <Icon name="warning" />
    <p>
      {capitalized(text)}.{hint && ` ${capitalized(hint)}.`}
    </p>
    {children}
  </div>
);

const capitalized = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1).replace(/\.$/, "");
