import type { ReactNode } from "react";
import {
  Button as AriaButton,
  Dialog,
  DialogTrigger,
  Disclosure,
  DisclosurePanel,
  Heading,
  Popover,
} from "react-aria-components";
import { abilities, backendStore } from "../backend/backend.ts";
import { libraryStore } from "../models/library.ts";
import { useStore } from "../state/store.ts";
import { Button } from "../ui/buttons.tsx";
import { Icon } from "../ui/icons.tsx";
import { isReadable, serverName } from "./address.ts";
import { signOut } from "./session.ts";
import { type Session, sessionStore, showSignIn, waitStore } from "./session-store.ts";

const summaries = { opening: "Looking for the server", "signed-out": "Signed out" } as const;

const Facts = ({ session }: { readonly session: Session }) => {
  const model = useStore(libraryStore, ({ choice }) => choice.model);
  return (
    <dl className="facts">
      <dt>Server</dt>
      <dd>
        {serverName}
        {isReadable && ", not encrypted"}
      </dd>
      {session.status === "signed-in" && (
        <>
          <dt>Signed in</dt>
          <dd>{session.account.token === undefined ? "not needed here" : `as ${session.account.name}`}</dd>
          <dt>Images</dt>
          <dd>kept for {session.account.keepHours} hours, favorites for good</dd>
        </>
      )}
      {model && (
        <>
          <dt>Model</dt>
          <dd>{model}</dd>
        </>
      )}
    </dl>
  );
};

const LimitList = () => {
  const limits = useStore(backendStore, (backend) => backend?.limits) ?? {};
  return (
    <Disclosure className="more">
      <Heading level={3}>
        <AriaButton slot="trigger" className="more-button">
          <Icon name="chevron" />
          What the server cannot do
        </AriaButton>
      </Heading>
      <DisclosurePanel>
        <ul className="notes">
          {abilities.map((ability) => limits[ability] && <li key={ability}>{limits[ability]}</li>)}
        </ul>
      </DisclosurePanel>
    </Disclosure>
  );
};

/** How the page stands with its server, and the facts behind a press; `children` chooses another backend. */
export const ServerStatus = ({ children }: { readonly children: ReactNode }) => {
  const session = useStore(sessionStore);
  const reason = useStore(waitStore, (reasons) => reasons.at(-1));
  const isIn = session.status === "signed-in";
  const text = reason?.isGone ? "No answer" : isIn ? serverName : summaries[session.status];
  return (
    <DialogTrigger>
      <AriaButton
        className="status"
        data-status={reason?.isGone ? "failed" : isIn ? "ready" : session.status === "opening" ? "opening" : "slow"}
        aria-label={`Server: ${text}`}
      >
        <span className="status-dot" aria-hidden="true" />
        <span className="status-text">{text}</span>
      </AriaButton>
      <Popover className="popover status-popover" placement="bottom end">
        <Dialog className="status-dialog">
          <Heading slot="title">Server</Heading>
          {reason && <p>{reason.text}.</p>}
          <Facts session={session} />
          {isIn && session.account.token !== undefined && <Button onPress={() => signOut()}>Sign out</Button>}
          {session.status === "signed-out" && (
            <Button look="primary" onPress={() => showSignIn(true)}>
              Sign in
            </Button>
          )}
          <p className="help">Prompts and images are sent to this server and nowhere else.</p>
          <LimitList />
          {children}
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
};
