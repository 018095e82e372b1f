import { useState } from "react";
import { Button, Tooltip, TooltipTrigger } from "react-aria-components";
import { type GlossaryTerm, glossary } from "./glossary.ts";

/** A term with its explanation, on hover, keyboard focus or a tap. */
export function Term({ of, children }: { readonly of: GlossaryTerm; readonly children?: string }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <TooltipTrigger delay={150} closeDelay={100} isOpen={isOpen} onOpenChange={setOpen}>
      <Button className="term" onPress={() => setOpen(true)}>
        {children ?? of}
      </Button>
      <Tooltip className="term-note" offset={4} placement="top">
        {glossary[of]}
      </Tooltip>
    </TooltipTrigger>
  );
}
