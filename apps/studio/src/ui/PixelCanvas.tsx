import type { Image } from "aquatint";
import { useEffect, useRef } from "react";
import { drawPixels } from "./pixels.ts";

/** Pixels on a canvas, as large as its frame. */
export function PixelCanvas({ image, label }: { readonly image: Image; readonly label: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    if (canvas.current) drawPixels(canvas.current, image);
  }, [image]);
  return <canvas ref={canvas} className="pixels" role="img" aria-label={label} />;
}
