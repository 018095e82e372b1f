import { Button, IconButton } from "../../ui/buttons.tsx";
import { ThemeMenu } from "../../ui/ThemeMenu.tsx";
import { changeValue } from "../link/link-store.ts";
import { type PageEntry, pages } from "../pages.ts";
import { siteRoot } from "../site-root.ts";
import { PageLink } from "./PageLink.tsx";
import { printPage } from "./print.ts";
import { advance } from "./stepping.ts";

interface HeaderProps {
  readonly entry: PageEntry | undefined;
  readonly isPresenting: boolean;
}

const PageTitle = ({ entry }: { readonly entry: PageEntry }) => (
  <p className="place">
    <span className="place-number">
      {entry.number} of {pages.at(-1)?.number}
    </span>
    <span className="place-title">{entry.title}</span>
  </p>
);

/** The bar over the lecture. */
export const Header = ({ entry, isPresenting }: HeaderProps) => (
  <header className="lecture-bar">
    <p className="wordmark">
      <span className="mark" aria-hidden="true" />
      <PageLink to="">Diffusion, live</PageLink>
    </p>
    {entry && <PageTitle entry={entry} />}
    <div className="bar-end">
      <a className="bar-link" href={siteRoot.href}>
        Studio
      </a>
      {entry && (
        <>
          <IconButton label="Print this page" icon="printer" onPress={() => void printPage()} />
          <IconButton
            label={isPresenting ? "End the presentation" : "Present"}
            icon={isPresenting ? "close" : "expand"}
            shortcut="P"
            onPress={() => changeValue("present", isPresenting ? undefined : "1")}
          />
        </>
      )}
      <ThemeMenu />
    </div>
  </header>
);

/** Buttons that do what the arrow keys do, in a bar of their own below the page. */
export const StepButtons = ({ place }: { readonly place: string }) => (
  <nav className="step-buttons" aria-label="Steps">
    <Button icon="back" onPress={() => advance(-1)}>
      Back
    </Button>
    <span className="step-place">{place}</span>
    <Button icon="forward" look="primary" onPress={() => advance(1)}>
      Next
    </Button>
  </nav>
);
