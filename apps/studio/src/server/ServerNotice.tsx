import { useStore } from "../state/store.ts";
import { Button } from "../ui/buttons.tsx";
import { Notice } from "../ui/Notice.tsx";
import { serverName } from "./address.ts";
import { connectionStore, sessionStore, showSignIn } from "./session-store.ts";

/** What keeps the page from its server. */
export const ServerNotice = () => {
  const session = useStore(sessionStore);
  const problem = useStore(connectionStore);
  if (problem) return <Notice kind="warning" text={problem} />;
  if (session.status !== "signed-out") return null;
  return (
    <Notice kind="note" text={session.reason ?? `Sign in to draw on ${serverName}`}>
      <Button onPress={() => showSignIn(true)}>Sign in</Button>
    </Notice>
  );
};
