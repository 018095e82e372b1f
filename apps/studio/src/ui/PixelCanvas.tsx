import type { Image } from "aquatint";
import { useEffect, useRef } from "react";
import { drawPixels } from "./pixels.ts";

/** Pixels on a canvas, as large as its frame; hidden from screen readers where the label is "". */
export function PixelCanvas({ image, label }: { readonly image: Image; readonly label: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    if (canvas.current) drawPixels(canvas.current, image);
  }, [image]);
  const alternative = label === "" ? { "aria-hidden": true } : { role: "img", "aria-label": label };
  return <canvas ref={canvas} className="pixels" {...alternative} />;
}
