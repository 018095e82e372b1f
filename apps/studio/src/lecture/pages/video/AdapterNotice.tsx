import { FileTrigger } from "react-aria-components";
import { Button } from "../../../ui/buttons.tsx";
import { Notice } from "../../../ui/Notice.tsx";
import type { AdapterState } from "./jobs.ts";
import { adapterStore } from "./start.ts";

const OpenAdapter = ({ label }: { readonly label: string }) => (
  <FileTrigger acceptedFileTypes={[".safetensors"]} onSelect={(files) => files?.[0] && adapterStore.set(files[0])}>
    <Button>{label}</Button>
  </FileTrigger>
);

/** Which motion adapter joins the frames, or that there is none, with a button that opens a file. */
export const AdapterNotice = ({ adapter }: { readonly adapter: AdapterState | undefined }) => (
  <div className="adapter">
    {adapter?.missing ? (
      <Notice kind="warning" text={adapter.missing.message} hint={adapter.missing.hint}>
        <OpenAdapter label="Open an adapter" />
      </Notice>
    ) : (
      <div className="field-head">
        <span className="field-label">Motion adapter: {adapter?.name ?? "…"}</span>
        <OpenAdapter label="Open another" />
      </div>
    )}
  </div>
);
