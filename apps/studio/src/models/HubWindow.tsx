import { useEffect, useState } from "react";
import { Input, Label, ProgressBar, Text, TextField } from "react-aria-components";
import { hubEndpoint } from "../hub/client.ts";
import type { HubListing } from "../hub/protocol.ts";
import { useStore } from "../state/store.ts";
import { Button, IconButton } from "../ui/buttons.tsx";
import { Window } from "../ui/dialogs.tsx";
import { Notice } from "../ui/Notice.tsx";
import { cancelFetch, fetchListed, forgetFetch, lookUp, resumeFetch, setToken } from "./fetch-hub.ts";
import { pendingFetches } from "./hub-pending.ts";
import { type HubState, hubStore } from "./hub-store.ts";
import { sizeText } from "./names.ts";

/** Models that many use, the smaller ones first. */
const wellKnown = [
  { id: "SimianLuo/LCM_Dreamshaper_v7", note: "LCM: a few steps" },
  { id: "stabilityai/sd-turbo", note: "Stable Diffusion 2.1, one step" },
  { id: "stable-diffusion-v1-5/stable-diffusion-v1-5", note: "Stable Diffusion 1.5" },
  { id: "latent-consistency/lcm-lora-sdv1-5", note: "a LoRA: few steps for Stable Diffusion 1.5" },
  { id: "stabilityai/sd-vae-ft-mse", note: "an autoencoder for Stable Diffusion 1.x" },
  { id: "lllyasviel/sd-controlnet-canny", note: "a ControlNet: edges" },
] as const;

function useHost(): string {
  const [host, setHost] = useState("the Hugging Face Hub");
  useEffect(() => void hubEndpoint().then((endpoint) => setHost(new URL(endpoint).host)), []);
  return host;
}

const Names = ({ onChoose }: { readonly onChoose: (name: string) => void }) => (
  <ul className="files">
    {wellKnown.map(({ id, note }) => (
      <li key={id} className="file-row">
        <div className="file-name">
          <span>{id}</span>
          <span className="help">{note}</span>
        </div>
        <Button aria-label={`Look up ${id}`} onPress={() => onChoose(id)}>
          Look up
        </Button>
      </li>
    ))}
  </ul>
);

const Pending = () => {
  const pending = pendingFetches();
  if (pending.length === 0) return null;
  return (
    <>
      <h3 className="field-label">Not finished</h3>
      <ul className="files">
        {pending.map((fetch) => (
          <li key={fetch.id} className="file-row">
            <div className="file-name">
              <span>{fetch.name}</span>
              <span className="help">{sizeText(fetch.bytes)} in all</span>
            </div>
            <Button onPress={() => void resumeFetch(fetch)}>Continue</Button>
            <IconButton label={`Delete ${fetch.name}`} icon="trash" onPress={() => void forgetFetch(fetch)} />
          </li>
        ))}
      </ul>
    </>
  );
};

const Progress = ({ state: { done, path }, listing }: ListedProps) => {
  const { request, bytes } = listing;
  return (
    <>
      <ProgressBar
        className="progress"
        aria-label={`Fetching ${request.repo}`}
        value={(100 * done) / Math.max(1, bytes)}
      >
        {({ percentage = 0 }) => (
          <div className="progress-track">
            <div className="progress-fill" style={{ width: `${percentage}%` }} />
          </div>
        )}
      </ProgressBar>
      <p className="help">
        {sizeText(done)} of {sizeText(bytes)}
        {path && `, ${path}`}
      </p>
      <Button onPress={cancelFetch}>Cancel</Button>
    </>
  );
};

interface ListedProps {
  readonly state: HubState;
  readonly listing: HubListing;
}

const Listed = ({ state, listing }: ListedProps) => {
  const { request, files, bytes, present } = listing;
  const count = files.length === 1 ? files[0]?.path : `${files.length} files`;
  return (
    <div className="received" aria-live="polite">
      <p className="fit">
        {request.repo}: {count}, {sizeText(bytes)}
        {present > 0 && present < bytes && `, of which ${sizeText(present)} are here`}.
      </p>
      {state.status === "fetching" ? (
        <Progress state={state} listing={listing} />
      ) : (
        <Button look="primary" onPress={() => void fetchListed()}>
          {present > 0 ? "Continue" : "Fetch"} {sizeText(bytes - present)}
        </Button>
      )}
    </div>
  );
};

const Fields = ({ host, name, setName, status }: FieldsProps) => {
  const isBusy = status === "listing" || status === "fetching";
  return (
    <form
      className="received"
      onSubmit={(event) => {
        event.preventDefault();
        if (name.trim() !== "" && !isBusy) void lookUp(name);
      }}
    >
      <TextField className="field" value={name} onChange={setName} isDisabled={isBusy}>
        <Label className="field-label">Repository</Label>
        <Input className="text-input" placeholder="owner/name" spellCheck="false" autoCapitalize="off" />
        <Text slot="description" className="help">
          Its name, or the name of one file in it: owner/name/file.safetensors. An address works, too.
        </Text>
      </TextField>
      <TextField className="field" type="password" onChange={setToken} isDisabled={isBusy}>
        <Label className="field-label">Token, for gated models</Label>
        <Input className="text-input" autoComplete="off" />
        <Text slot="description" className="help">
          Sent to {host} alone, and forgotten when the page is closed.
        </Text>
      </TextField>
      <Button type="submit" isDisabled={name.trim() === "" || isBusy}>
        {status === "listing" ? "Looking up…" : "Look up"}
      </Button>
    </form>
  );
};

interface FieldsProps extends Pick<HubState, "status"> {
  readonly host: string;
  readonly name: string;
  readonly setName: (name: string) => void;
}

/** Fetches a model from the hub by its name. */
export const HubWindow = () => {
  const state = useStore(hubStore);
  const host = useHost();
  const [name, setName] = useState("");
  const { isOpen, status, listing, error } = state;
  const look = (text: string) => {
    setName(text);
    void lookUp(text);
  };
  const close = () => hubStore.set((hub) => ({ ...hub, isOpen: false }));
  return (
    <Window title="Fetch from the Hub" isOpen={isOpen} onClose={close}>
      <div className="received">
        <p className="help">
          This is the one place where the page connects to another host. When you press a button here, {host} learns
          your address and the name of the model. Prompts and images stay in this tab.
        </p>
        <Fields host={host} name={name} setName={setName} status={status} />
        {error && <Notice kind="error" text={error.message} hint={error.hint} />}
        {listing && <Listed state={state} listing={listing} />}
        {status === "idle" && <Pending />}
        {status === "idle" && <Names onChoose={look} />}
      </div>
    </Window>
  );
};
