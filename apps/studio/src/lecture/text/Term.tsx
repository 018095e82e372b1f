import { type KeyboardEvent, useState } from "react";
import { Focusable, Tooltip, TooltipTrigger } from "react-aria-components";
import { type GlossaryTerm, glossary } from "./glossary.ts";

/** A term with its explanation, on hover, keyboard focus or a tap. */
export function Term({ of, children }: { readonly of: GlossaryTerm; readonly children?: string }) {
  const [isOpen, setOpen] = useState(false);
  const open = () => setOpen(true);
  const onKey = ({ key }: KeyboardEvent) => (key === "Enter" || key === " ") && open();
  return (
    <TooltipTrigger delay={150} closeDelay={100} isOpen={isOpen} onOpenChange={setOpen}>
      <Focusable>
        {/* biome-ignore lint/a11y/useSemanticElements: a button breaks lines before and after it, and never within */}
        <span role="button" tabIndex={0} className="term" onClick={open} onKeyDown={onKey}>
          {children ?? of}
        </span>
      </Focusable>
      <Tooltip className="term-note" offset={4} placement="top">
        {glossary[of]}
      </Tooltip>
    </TooltipTrigger>
  );
}
