import { AquatintError } from "../../errors.ts";
import { fitted, fittedPlanes, fittedValues, type ImageInput, type Size } from "../../formats/image/resize.ts";
import { type ImageValues, maskValues } from "../../formats/image/values.ts";

const refuse = (kind: string, message: string, hint: string) =>
  new AquatintError(`generate/${kind}`, message, { hint });

/** Values a little outside of their range are those of a filter; more is another range. */
const OVERSHOOT = 0.01;

/** Refuses planes of another number or another range, and what is no number. @throws AquatintError "generate/image". */
function checkedPlanes(values: ImageValues, { name, planes }: { readonly name: string; readonly planes: 1 | 3 }) {
  const { width, height, data } = values;
  if (data.length !== planes * width * height || data.length === 0) {
    const message = `${name} of ${width}x${height} holds ${data.length} numbers, expected ${planes} a pixel`;
    throw refuse("image", message, "give the image itself: await readImage(file)");
  }
  const low = planes === 1 ? 0 : -1;
  const wrong = data.find((v) => !(v >= low - OVERSHOOT && v <= 1 + OVERSHOOT));
  if (wrong === undefined) return values;
  throw refuse(
    "image",
    `${name} holds the value ${wrong}, expected numbers from ${low} to 1`,
    Number.isFinite(wrong)
      ? "give the image itself, or scale its values into that range"
      : "what made these values went wrong before they came here",
  );
}

/** An image as the network sees it, [3, height, width] in -1 .. 1, cut to a size. @throws AquatintError "generate/image". */
export function plannedImage(
  image: ImageInput,
  { name, size }: { readonly name: string; readonly size: Size },
): Float32Array {
  return fittedPlanes("channels" in image ? image : checkedPlanes(image, { name, planes: 3 }), size).data;
}

/** A mask as [height, width], 1 where to paint, else 0, cut to a size as its image is. @throws AquatintError "generate/mask" or "generate/image". */
export function plannedMask(
  mask: ImageInput,
  { init, size }: { readonly init: ImageInput; readonly size: Size },
): Float32Array {
  // sides are rounded, so that the same proportions may differ by a pixel of each
  if (Math.abs(mask.width * init.height - mask.height * init.width) > Math.max(mask.width, mask.height)) {
    const message = `the mask is ${mask.width}x${mask.height}, its image ${init.width}x${init.height}`;
    const lying = mask.width > mask.height !== init.width > init.height;
    const turned = lying ? "; photos are read upright, by their EXIF orientation" : "";
    throw refuse("mask", message, `give a mask of the image's size, or of its proportions${turned}`);
  }
  const values =
    "channels" in mask
      ? maskValues(fitted(mask, size))
      : fittedValues(checkedPlanes(mask, { name: "the mask", planes: 1 }), size);
  const positions = values.data.map((v) => (v >= 0.5 ? 1 : 0));
  if (!positions.includes(1)) {
    throw refuse("mask", "the mask is dark everywhere, so there is nothing to paint", "paint white where to change");
  }
  if ("channels" in mask && mask.channels === 4 && !positions.includes(0)) {
    const message = "the mask is white or transparent everywhere, so nothing of its image would be kept";
    throw refuse("mask", message, "transparent counts as white here: put the mask on a black ground");
  }
  return positions;
}
