import { useEffect } from "react";
import { useStore } from "../../state/store.ts";
import { Notice } from "../../ui/Notice.tsx";
import { addressStore, unreadStore } from "../link/link-store.ts";
import { pages } from "../pages.ts";
import { Contents } from "./Contents.tsx";
import { Header } from "./Header.tsx";
import { PageView } from "./PageView.tsx";
import { useStepKeys } from "./use-step-keys.ts";

/** Says what the address holds that the page cannot read. */
const Unread = ({ page }: { readonly page: string }) => {
  const unread = Object.entries(useStore(unreadStore));
  const isUnknown = page !== "" && !pages.some(({ name }) => name === page);
  return (
    <>
      {isUnknown && (
        <Notice
          kind="warning"
          text={`The link names a page "${page}", which the lecture does not have`}
          hint="choose one below"
        />
      )}
      {unread.length > 0 && (
        <Notice
          kind="warning"
          text={`The link has values that could not be read: ${unread.map(([key, expected]) => `${key} is ${expected}`).join("; ")}`}
          hint="the usual values are shown in their place"
        />
      )}
    </>
  );
};

/** The lecture: its contents, or one of its pages. */
export const Lecture = () => {
  const { page: name, values } = useStore(addressStore);
  const entry = pages.find((page) => page.name === name);
  const isPresenting = values["present"] === "1";
  useStepKeys(entry);
  useEffect(() => {
    document.title = entry ? `${entry.title} · Diffusion models, live` : "Diffusion models, live";
  }, [entry]);
  useEffect(() => {
    document.documentElement.toggleAttribute("data-presenting", isPresenting);
  }, [isPresenting]);
  return (
    <div className="lecture">
      <button type="button" className="skip" onClick={skipToContent}>
        Skip to the content
      </button>
      <Header entry={entry} isPresenting={isPresenting} />
      <main id="content" tabIndex={-1}>
        <Unread page={name} />
        {entry ? <PageView key={entry.name} entry={entry} isPresenting={isPresenting} /> : <Contents />}
      </main>
    </div>
  );
};

/** A link to the content would change the address, which is the place in the lecture. */
function skipToContent(): void {
  document.querySelector<HTMLElement>("#content")?.focus();
}
