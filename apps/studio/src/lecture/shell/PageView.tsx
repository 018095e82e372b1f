import { useEffect, useRef, useState } from "react";
import { useStore } from "../../state/store.ts";
import { Notice } from "../../ui/Notice.tsx";
import { addressStore, reportUnknown } from "../link/link-store.ts";
import type { LecturePage } from "../page.ts";
import { type PageEntry, pages } from "../pages.ts";
import { Code } from "../text/Code.tsx";
import { References } from "../text/references.tsx";
import { StepButtons } from "./Header.tsx";
import { showLinkedFigure, showStep, stepOf } from "./stepping.ts";

type Loading = { readonly page?: LecturePage; readonly error?: string };

function useLoadedPage({ load }: PageEntry): Loading {
  const [loading, setLoading] = useState<Loading>({});
  useEffect(() => {
    let isShown = true;
    load().then(
      ({ page }) => isShown && setLoading({ page }),
      () => isShown && setLoading({ error: "this page could not be loaded" }),
    );
    return () => {
      isShown = false;
    };
  }, [load]);
  return loading;
}

/** Goes to the step of the address once the page is there, or to the figure of it. */
function useFirstStep(page: LecturePage | undefined, step: number): void {
  const isFirst = useRef(true);
  useEffect(() => {
    if (!page || !isFirst.current) return;
    isFirst.current = false;
    if (step > 1) showStep(step);
    else showLinkedFigure();
  }, [page, step]);
}

interface PageViewProps {
  readonly entry: PageEntry;
  readonly isPresenting: boolean;
}

/** A page of the lecture. In a presentation one step is shown at a time. */
export function PageView({ entry, isPresenting }: PageViewProps) {
  const { page, error } = useLoadedPage(entry);
  const values = useStore(addressStore, ({ values: all }) => all);
  const current = stepOf(values, page?.steps.length ?? Number.MAX_SAFE_INTEGER);
  useFirstStep(page, current);
  useEffect(() => {
    if (page) reportUnknown();
  }, [page]);
  if (error) return <Notice kind="error" text={error} hint="check the connection, then reload" />;
  if (!page) return <div className="page-loading" aria-busy="true" />;
  return (
    <article className="page">
      <header className="page-head" hidden={isPresenting && current > 1}>
        <p className="page-number">Topic {entry.number}</p>
        <h1>{entry.title}</h1>
        <p className="summary">{page.summary}</p>
      </header>
      {page.steps.map(({ title, Content }, i) => (
        <section
          key={title}
          className="step"
          data-step={i + 1}
          data-current={current === i + 1 || undefined}
          hidden={isPresenting && current !== i + 1}
          aria-labelledby={`step-${i + 1}`}
        >
          <h2 id={`step-${i + 1}`}>{title}</h2>
          <Content />
        </section>
      ))}
      <footer className="page-end" hidden={isPresenting}>
        <Code {...page.code} />
        <References citations={page.citations} />
      </footer>
      <StepButtons
        place={isPresenting ? `Step ${current} of ${page.steps.length}` : `${entry.number} of ${pages.length}`}
      />
    </article>
  );
}
