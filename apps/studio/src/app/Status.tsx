import { Button as AriaButton, Dialog, DialogTrigger, Heading, Popover } from "react-aria-components";
import { backendStore } from "../backend/backend.ts";
import { chooseDevice, chosenDevice, type EngineState, engineStore } from "../engine/engine-store.ts";
import type { EngineInfo } from "../engine/protocol.ts";
import { queueStore } from "../make/queue.ts";
import { serverName } from "../server/address.ts";
import { ServerStatus } from "../server/ServerStatus.tsx";
import { hasServer } from "../server/session.ts";
import { useStore } from "../state/store.ts";
import { Button } from "../ui/buttons.tsx";
import { megabytes } from "../ui/words.ts";
import { chooseBackend } from "./backends.ts";
import { memoryText } from "./memory.ts";

const summaries: Readonly<Record<EngineState["status"], string>> = {
  idle: "Engine resting",
  opening: "Opening the model",
  ready: "Ready",
  failed: "Engine stopped",
};

const deviceNames = { wasm: "the processor (WebAssembly)", webgpu: "the graphics card (WebGPU)" } as const;

const shortNames = { wasm: "the processor", webgpu: "WebGPU" } as const;

const Facts = ({ info }: { readonly info: EngineInfo }) => (
  <dl className="facts">
    <dt>Computes on</dt>
    <dd>
      {deviceNames[info.device]}
      {info.device === "wasm" && `, ${info.threads} thread${info.threads === 1 ? "" : "s"}`}
    </dd>
    <dt>Model</dt>
    <dd>
      {info.modelName}, {megabytes(info.modelBytes)}
    </dd>
    {info.modelHash && (
      <>
        <dt>Weights</dt>
        <dd className="hash">{info.modelHash.slice(0, 10)}</dd>
      </>
    )}
    {info.isModelKept !== undefined && (
      <>
        <dt>Kept for the next visit</dt>
        <dd>{info.isModelKept ? "yes" : "no, the browser refused it"}</dd>
      </>
    )}
    <dt>Memory of the page</dt>
    <dd>{memoryText()}</dd>
  </dl>
);

const Isolation = () =>
  crossOriginIsolated ? null : (
    <p className="help">
      This page is not cross-origin isolated, so the processor computes with one thread and images take longer. The host
      must send two headers: Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp.
      {navigator.serviceWorker?.controller && " They are set here from the next visit on: reload the page."}
    </p>
  );

const DeviceChoice = () => {
  const other = chosenDevice() === "wasm" ? "webgpu" : "wasm";
  if (!("gpu" in navigator)) return <p className="help">This browser has no WebGPU; the processor is used.</p>;
  return (
    <>
      <p className="help">
        The default model is small, and most processors draw it faster than WebGPU on the graphics card. The choice is
        kept.
      </p>
      <Button onPress={() => void chooseDevice(other)}>Use {shortNames[other]}</Button>
    </>
  );
};

/** The other backend, where the page has a server. */
const BackendChoice = () => {
  const isTab = useStore(backendStore, (backend) => backend?.id === "tab");
  const isBusy = useStore(queueStore, ({ current }) => current !== undefined);
  if (!hasServer) return null;
  return (
    <>
      <p className="help">
        {isTab
          ? `${serverName} can make the images in place of this tab, and keeps them.`
          : "This tab can make the images itself, with the model of the page. They are kept in this browser."}
        {isBusy && " Wait for the images under way, or cancel them."}
      </p>
      <Button isDisabled={isBusy} onPress={() => void chooseBackend(isTab ? "server" : "tab")}>
        {isTab ? `Draw on ${serverName}` : "Draw in this tab"}
      </Button>
    </>
  );
};

/** How the backend stands, and the facts behind a press. */
export const Status = () => {
  const isServer = useStore(backendStore, (backend) => backend?.id === "server");
  if (!isServer) return <EngineStatus />;
  return (
    <ServerStatus>
      <BackendChoice />
    </ServerStatus>
  );
};

const EngineStatus = () => {
  const engine = useStore(engineStore);
  const slow = engine.status === "ready" && !crossOriginIsolated;
  return (
    <DialogTrigger>
      <AriaButton className="status" data-status={slow ? "slow" : engine.status}>
        <span className="status-dot" aria-hidden="true" />
        <span className="status-text">{slow ? "Ready, one thread" : summaries[engine.status]}</span>
      </AriaButton>
      <Popover className="popover status-popover" placement="bottom end">
        <Dialog className="status-dialog">
          <Heading slot="title">Engine</Heading>
          {engine.status === "ready" && <Facts info={engine.info} />}
          {engine.status === "failed" && <p>{engine.error.message}</p>}
          <Isolation />
          <p className="help">Everything runs in this tab. Prompts and images are sent nowhere.</p>
          <DeviceChoice />
          <BackendChoice />
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
};
