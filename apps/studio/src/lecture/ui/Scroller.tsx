import type { ReactNode } from "react";

interface ScrollerProps {
  readonly label: string;
  readonly className: string;
  readonly children: ReactNode;
}

/** What may be wider than the page: it scrolls by touch and by the keyboard. */
export const Scroller = ({ label, className, children }: ScrollerProps) => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by the keyboard
  <section className={`scroller ${className}`} aria-label={label} tabIndex={0}>
    {children}
  </section>
);
