import { useStore } from "../state/store.ts";
import { Button } from "../ui/buttons.tsx";
import { Notice } from "../ui/Notice.tsx";
import { serverName } from "./address.ts";
import { sessionStore, showSignIn, waitStore } from "./session-store.ts";

/** What keeps the page from its server. */
export const ServerNotice = () => {
  const session = useStore(sessionStore);
  const reason = useStore(waitStore, (reasons) => reasons.at(-1));
  if (reason) return <Notice kind="warning" text={reason.text} hint={reason.hint} />;
  if (session.status !== "signed-out") return null;
  return (
    <Notice kind="note" text={session.reason ?? `Sign in to draw on ${serverName}`}>
      <Button onPress={() => showSignIn(true)}>Sign in</Button>
    </Notice>
  );
};
