import { pages } from "../pages.ts";
import { glossary } from "../text/glossary.ts";
import { PageLink } from "./PageLink.tsx";

/** The table of contents, and the glossary. */
export const Contents = () => (
  <article className="page contents">
    <header className="page-head">
      <h1>Diffusion models, live</h1>
      <p className="summary">
        How a computer learns to make images out of noise. Your browser computes every figure on these pages as you look
        at it, with the code that makes images in the studio. Nothing is sent anywhere.
      </p>
    </header>
    <nav aria-label="Topics">
      <ol className="topics">
        {pages.map(({ name, number, title }) => (
          <li key={name} value={number}>
            <PageLink to={name}>{title}</PageLink>
          </li>
        ))}
      </ol>
    </nav>
    <p className="help">
      The arrow keys step through a page and on to the next. <kbd>P</kbd> shows one step at a time, for a projector. A
      link to a page holds the state of its figures.
    </p>
    <section aria-labelledby="glossary-title">
      <h2 id="glossary-title">Glossary</h2>
      <dl className="glossary">
        {Object.entries(glossary)
          .toSorted(([a], [b]) => a.localeCompare(b, "en", { sensitivity: "base" }))
          .map(([term, text]) => (
            <div key={term}>
              <dt>{term}</dt>
              <dd>{text}</dd>
            </div>
          ))}
      </dl>
    </section>
  </article>
);
