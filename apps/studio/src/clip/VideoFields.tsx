import { useEffect } from "react";
import { FileTrigger } from "react-aria-components";
import { backendStore, useLimit } from "../backend/backend.ts";
import type { ModelProgress } from "../engine/hosted/model-files.ts";
import type { Settings } from "../settings/settings.ts";
import { changeSettings } from "../settings/settings-store.ts";
import { useStore } from "../state/store.ts";
import { Button } from "../ui/buttons.tsx";
import { RangeField } from "../ui/fields.tsx";
import { Notice } from "../ui/Notice.tsx";
import { megabytes } from "../ui/words.ts";
import { motionStore, openMotion } from "./motion-store.ts";

/** Frames at most where no adapter says how many. */
const FRAMES = 32;

const OpenAdapter = ({ label }: { readonly label: string }) => (
  <FileTrigger acceptedFileTypes={[".safetensors"]} onSelect={(files) => files?.[0] && void openMotion(files[0])}>
    <Button>{label}</Button>
  </FileTrigger>
);

const AdapterField = () => {
  const isRemote = useStore(backendStore, (backend) => backend?.id === "server");
  const motion = useStore(motionStore);
  const names = { unknown: "Not looked for yet", opening: "Opening", missing: "None" } as const;
  if (isRemote) return null;
  return (
    <div className="field">
      <div className="field-head">
        <span className="field-label">Motion adapter</span>
        <span className="field-value">
          {motion.status === "ready" ? `${motion.info.name}, ${megabytes(motion.info.bytes)}` : names[motion.status]}
        </span>
      </div>
      <OpenAdapter label="Open another" />
      <p className="help">The layers that join the frames; a .safetensors file of AnimateDiff, made for this model.</p>
    </div>
  );
};

/** The settings of a clip. */
export const VideoFields = ({ frames, fps }: Pick<Settings, "frames" | "fps">) => {
  const max = useStore(motionStore, (motion) => (motion.status === "ready" ? motion.info.maxFrames : FRAMES));
  return (
    <>
      <RangeField
        label="Frames"
        help={`More frames take longer; the adapter sees ${max} at once.`}
        value={Math.min(frames, max)}
        min={2}
        max={max}
        onChange={(value) => changeSettings({ frames: value })}
      />
      <RangeField
        label="Frames a second"
        help="How fast the clip plays; adapters are trained at 8."
        value={fps}
        min={1}
        max={50}
        onChange={(value) => changeSettings({ fps: value })}
      />
      <AdapterField />
    </>
  );
};

const openingText = (progress: ModelProgress | undefined): string =>
  progress?.fetched
    ? `Fetching the motion adapter: ${megabytes(progress.loaded)} of ${megabytes(progress.total)}`
    : "Looking for the motion adapter";

/** Looks for the host's adapter once clips are chosen, and says what is missing. */
export const MotionNotice = () => {
  const isRemote = useStore(backendStore, (backend) => backend?.id === "server");
  const limit = useLimit("clip");
  const motion = useStore(motionStore);
  useEffect(() => {
    if (motion.status === "unknown" && !isRemote) void openMotion();
  }, [motion.status, isRemote]);
  if (limit !== undefined) return <Notice kind="warning" text={limit} />;
  if (isRemote) return null;
  if (motion.status === "opening") return <Notice kind="note" text={openingText(motion.progress)} />;
  if (motion.status !== "missing") return null;
  return (
    <Notice kind="warning" text={motion.error.message} hint={motion.error.hint}>
      <OpenAdapter label="Open an adapter" />
    </Notice>
  );
};
