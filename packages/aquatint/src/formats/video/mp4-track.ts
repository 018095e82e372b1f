import { concatBytes } from "../../util/concat.ts";
import { boxBytes, readBoxes } from "./mp4-boxes.ts";

/** Units of time that each frame takes; so many times the frames a second are a second's. */
const FRAME = 1000;
/** Byte offsets of the times of creation and change, with 0 for none: the same clip always gives the same file. */
const UNDATED = { 4: 0, 8: 0 };
/** Boxes that hold boxes, from the index to the tables of a track. */
const containers = new Set(["moov", "trak", "mdia", "minf", "stbl"]);
/** Primaries, transfer and matrix of HD video, not the full range (ISO/IEC 23091-2). */
const BT709 = Uint8Array.of(0, 1, 0, 1, 0, 1, 0);

/**
 * A copy of an MP4 file of one video track, whose index stands behind its frames, with exact times at any rate, without
 * a date, and with its colors named, which are BT.709: players guess by the size otherwise.
 */
export function withTrack(bytes: Uint8Array, { fps, frames }: { readonly fps: number; readonly frames: number }) {
  const scale = Math.round(fps * FRAME);
  const edits: Readonly<Record<string, (data: Uint8Array) => Uint8Array>> = {
    mvhd: (data) => numbersAt(data, { ...UNDATED, 12: scale, 16: frames * FRAME }),
    mdhd: (data) => numbersAt(data, { ...UNDATED, 12: scale, 16: frames * FRAME }),
    tkhd: (data) => numbersAt(data, { ...UNDATED, 20: frames * FRAME }),
    stts: (data) => {
      const entries = (data.length - 8) / 8;
      return numbersAt(data, Object.fromEntries(Array.from({ length: entries }, (_, i) => [12 + 8 * i, FRAME])));
    },
    stsd: (data) => concatBytes([data.subarray(0, 8), ...readBoxes(data.subarray(8), NAME).map(withColors)]),
  };
  const edited = (data: Uint8Array): Uint8Array<ArrayBuffer> =>
    concatBytes(
      readBoxes(data, NAME).map((box) =>
        boxBytes(box.type, containers.has(box.type) ? edited(box.data) : (edits[box.type]?.(box.data) ?? box.data)),
      ),
    );
  return edited(bytes);
}

const NAME = "the video";

const withColors = ({ type, data }: { readonly type: string; readonly data: Uint8Array }): Uint8Array =>
  boxBytes(type, data, boxBytes("colr", new TextEncoder().encode("nclx"), BT709));

/** A copy with 32-bit numbers at places. */
function numbersAt(data: Uint8Array, numbers: Readonly<Record<number, number>>): Uint8Array {
  const copy = Uint8Array.from(data);
  const view = new DataView(copy.buffer);
  for (const [at, value] of Object.entries(numbers)) view.setUint32(Number(at), value);
  return copy;
}
