import { type FormEvent, useState } from "react";
import { Form, Input, Label, Text, TextField } from "react-aria-components";
import { asError } from "../engine/engine-store.ts";
import { useStore } from "../state/store.ts";
import { Button } from "../ui/buttons.tsx";
import { Window } from "../ui/dialogs.tsx";
import { SwitchField } from "../ui/fields.tsx";
import { Notice } from "../ui/Notice.tsx";
import { isReadable, serverName } from "./address.ts";
import { signIn } from "./session.ts";
import { sessionStore, showSignIn, signInStore } from "./session-store.ts";

interface Failure {
  readonly message: string;
  readonly hint: string | undefined;
}

interface TokenFieldsProps {
  readonly token: string;
  readonly onToken: (token: string) => void;
  readonly isKept: boolean;
  readonly onKept: (isKept: boolean) => void;
}

const TokenFields = ({ token, onToken, isKept, onKept }: TokenFieldsProps) => (
  <>
    <input type="text" autoComplete="username" value={serverName} readOnly hidden /> {/* for password managers */}
    <TextField
      className="field"
      type="password"
      value={token}
      onChange={onToken}
      autoComplete="current-password"
      autoFocus
    >
      <Label className="field-label">Token</Label>
      <Input className="text-input" spellCheck="false" />
      <Text slot="description" className="help">
        The server's operator gave it to you. Most tokens begin with aq_.
      </Text>
    </TextField>
    <SwitchField
      label="Keep me signed in"
      help={
        isKept
          ? "The browser keeps the token until you sign out."
          : "The browser forgets the token when this tab is closed."
      }
      isSelected={isKept}
      onChange={onKept}
    />
  </>
);

const UnencryptedNotice = () =>
  isReadable && (
    <Notice
      kind="warning"
      text="The connection is not encrypted"
      hint="others on the network can read the token, your prompts and your images"
    />
  );

const SignInForm = () => {
  const session = useStore(sessionStore);
  const [token, setToken] = useState("");
  const [isKept, setKept] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure>();
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (isBusy || token.trim() === "") return;
    setBusy(true);
    setFailure(undefined);
    await signIn(token, { beyondTab: isKept }).catch((error: unknown) => {
      const { message, hint } = asError(error);
      setFailure({ message, hint });
    });
    setBusy(false);
  };
  const reason = session.status === "signed-out" ? session.reason : undefined;
  return (
    <Form className="sign-in" onSubmit={(event) => void submit(event)}>
      {failure ? (
        <Notice kind="error" text={failure.message} hint={failure.hint} />
      ) : (
        reason && <Notice kind="note" text={reason} />
      )}
      <TokenFields token={token} onToken={setToken} isKept={isKept} onKept={setKept} />
      <UnencryptedNotice />
      <div className="dialog-actions">
        <Button onPress={() => showSignIn(false)}>Not now</Button>
        <Button look="primary" type="submit" isDisabled={isBusy || token.trim() === ""}>
          {isBusy ? "Signing in…" : "Sign in"}
        </Button>
      </div>
    </Form>
  );
};

/** Asks for the token of the server. */
export const SignInWindow = () => {
  const { isOpen } = useStore(signInStore);
  return (
    <Window title={`Sign in to ${serverName}`} isOpen={isOpen} onClose={() => showSignIn(false)}>
      <SignInForm />
    </Window>
  );
};
