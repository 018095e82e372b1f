import { AquatintError, type Image } from "aquatint";
import { fitted, flattenAlpha, maskValues, resized, type Size } from "aquatint/formats";
import { filled } from "./fill.ts";
import { gaussianBlur, type Plane } from "./gaussian.ts";
import { cropped, croppedPlane, laidOver, maskedRegion, type Region } from "./region.ts";

/** How the mask is used. */
export interface MaskOptions {
  /** Which pixels of a mask with transparency are painted, besides bright ones or in their place. */
  readonly maskAlpha: "transparent" | "opaque";
  readonly invert: boolean;
  /** Standard deviation in pixels of the mask's edge. */
  readonly maskBlur: number;
  /** The whole image at the size of the result, or the part around the mask at that size, put back where it was. */
  readonly region: "whole" | "masked";
  /** Pixels around the mask that belong to its part. */
  readonly padding: number;
  /** What the masked part begins with. */
  readonly fill: "original" | "blur";
}

/** An image and a mask as the network gets them, and the way back. */
export interface PlannedInpainting {
  readonly init: Image;
  readonly mask: Image;
  /** The result with what is not masked as it was. */
  finish(image: Image): Image;
}

interface InpaintingInput {
  readonly image: Image;
  readonly mask: Image;
  /** Size that is drawn. */
  readonly size: Size;
  readonly fit: "crop" | "stretch";
}

/** Prepares an image of which a part is painted anew. @throws AquatintError "request/mask" where nothing is masked. */
export function planInpainting({ image, mask, size, fit }: InpaintingInput, options: MaskOptions): PlannedInpainting {
  const isWhole = options.region === "whole";
  const bring = (source: Image) => (fit === "stretch" ? resized(flattenAlpha(source), size) : fitted(source, size));
  const base = isWhole ? bring(image) : flattenAlpha(image);
  const plane = gaussianBlur(maskPlane(mask, { base, bring: isWhole ? bring : undefined, options }), options.maskBlur);
  const region: Region | undefined = isWhole ? { x: 0, y: 0, ...size } : maskedRegion(plane, options.padding, size);
  if (!region)
    throw new AquatintError("request/mask", "the mask is empty: nothing is to be painted", {
      hint: "white is painted",
    });
  const source = options.fill === "blur" ? filled(base, plane) : base;
  return {
    init: resized(cropped(source, region), size),
    mask: resized(grayImage(croppedPlane(plane, region)), size),
    finish: (result) =>
      laidOver(base, resized(result, { width: region.width, height: region.height }), { mask: plane, region }),
  };
}

interface MaskInput {
  readonly base: Image;
  readonly bring: ((image: Image) => Image) | undefined;
  readonly options: MaskOptions;
}

/** The mask in the size of the image that it belongs to, 0 .. 1. */
function maskPlane(mask: Image, { base, bring, options }: MaskInput): Plane {
  const values = options.maskAlpha === "opaque" ? opaqueValues(mask) : undefined;
  const gray = grayImage({ ...mask, data: values ?? maskValues(mask).data });
  const sized = bring ? bring(gray) : resized(gray, { width: base.width, height: base.height });
  const data = Float32Array.from({ length: sized.width * sized.height }, (_, i) => (sized.data[3 * i] ?? 0) / 255);
  return { width: sized.width, height: sized.height, data: options.invert ? data.map((value) => 1 - value) : data };
}

/** 1 where a mask is more than half opaque; undefined for one without transparency. */
function opaqueValues({ width, height, channels, data }: Image): Float32Array | undefined {
  if (channels === 3) return undefined;
  const alphas = Float32Array.from({ length: width * height }, (_, i) => data[4 * i + 3] ?? 0);
  return alphas.every((alpha) => alpha === 255) ? undefined : alphas.map((alpha) => (alpha > 128 ? 1 : 0));
}

/** A plane of 0 .. 1 as an image. */
function grayImage({ width, height, data }: Plane): Image {
  const pixels = new Uint8Array(3 * width * height);
  for (let i = 0; i < width * height; i++) pixels.fill(Math.round(255 * (data[i] ?? 0)), 3 * i, 3 * i + 3);
  return { width, height, channels: 3, data: pixels };
}
