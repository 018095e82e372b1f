import { useEffect, useRef, useState } from "react";
import { Button } from "../../ui/buttons.tsx";
import { Window } from "../../ui/dialogs.tsx";
import { Notice } from "../../ui/Notice.tsx";
import { takeImage } from "./image-store.ts";

const reasons: Readonly<Record<string, string>> = {
  NotAllowedError: "the camera was not allowed",
  NotFoundError: "no camera was found",
};

/** Opens the camera while it is shown. */
function useCamera() {
  const video = useRef<HTMLVideoElement>(null);
  const [state, setState] = useState<{ readonly isReady: boolean; readonly error?: string }>({ isReady: false });
  useEffect(() => {
    let stream: MediaStream | undefined;
    let isShown = true;
    const open = async () => {
      if (!navigator.mediaDevices) throw new Error("a page without HTTPS has no camera");
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      if (!isShown || !video.current) return stream.getTracks().forEach((track) => void track.stop());
      video.current.srcObject = stream;
      await video.current.play();
      setState({ isReady: true });
    };
    open().catch(
      (error: Error) => isShown && setState({ isReady: false, error: reasons[error.name] ?? error.message }),
    );
    return () => {
      isShown = false;
      for (const track of stream?.getTracks() ?? []) track.stop();
    };
  }, []);
  return { video, ...state };
}

/** Takes a photograph with the camera. */
export function CameraWindow({ onClose }: { readonly onClose: () => void }) {
  const { video, isReady, error } = useCamera();
  const take = () => {
    if (video.current) takeImage(video.current, "a photograph");
    onClose();
  };
  return (
    <Window title="Camera" isOpen onClose={onClose}>
      {error ? (
        <Notice kind="error" text={error} hint="open a file or draw an image" />
      ) : (
        <video ref={video} className="camera" muted playsInline aria-label="What the camera sees" />
      )}
      <p className="help">The photograph stays in this tab.</p>
      <Button look="primary" icon="camera" isDisabled={!isReady} onPress={take}>
        Take the photograph
      </Button>
    </Window>
  );
}
