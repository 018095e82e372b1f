import { concatBytes } from "../../util/concat.ts";

/** Bytes of protobuf's scalars, written from the last byte to the first: what is written stands before what was there. */
export interface BackwardWriter {
  /** UTF-8. */
  string(value: string): void;
  bytes(value: Uint8Array): void;
  /** A whole number in groups of seven bits, the lowest first; a negative one in two's complement of 64 bits. */
  int(value: number): void;
  /** Four bytes, the lowest first. */
  float(value: number): void;
  /** Bytes that are written so far. */
  length(): number;
  /** A copy of all bytes, from the first to the last. */
  result(): Uint8Array<ArrayBuffer>;
}

const utf8 = new TextEncoder();

/** An empty writer. */
export function backwardWriter(): BackwardWriter {
  const { advance, bytes, length, result } = frontBlocks();
  return {
    bytes,
    string(value) {
      if (value.length > BLOCK_BYTES || !isAscii(value)) return bytes(utf8.encode(value));
      const [block, at] = advance(value.length);
      for (let i = 0; i < value.length; i++) block[at + i] = value.charCodeAt(i);
    },
    int(value) {
      if (value < 0) return bytes(varint(value));
      let [block, at] = advance(varintLength(value));
      let rest = value;
      for (; rest > 127; rest = Math.floor(rest / 128)) block[at++] = (rest % 128) + 128;
      block[at] = rest;
    },
    float(value) {
      const [block, at] = advance(4);
      new DataView(block.buffer, at, 4).setFloat32(0, value, true);
    },
    length,
    result,
  };
}

/** Bytes that are allocated at once; longer values are kept as they are until `result` copies them. */
const BLOCK_BYTES = 2 ** 16;

/** Bytes that grow at the front. */
function frontBlocks() {
  const ended: Uint8Array[] = []; // the last first
  let endedBytes = 0;
  let block = new Uint8Array(BLOCK_BYTES);
  let start = BLOCK_BYTES; // the first byte of the block that is written
  const end = (part: Uint8Array) => {
    ended.push(part);
    endedBytes += part.length;
  };
  const endBlock = () => {
    end(block.subarray(start));
    block = new Uint8Array(BLOCK_BYTES);
    start = BLOCK_BYTES;
  };
  /** Room for `length` bytes at the front, at most a block: the block, and where they begin in it. */
  const advance = (length: number): [block: Uint8Array<ArrayBuffer>, at: number] => {
    if (length > start) endBlock();
    start -= length;
    return [block, start];
  };
  return {
    advance,
    bytes(value: Uint8Array) {
      if (value.length <= BLOCK_BYTES) {
        const [target, at] = advance(value.length);
        target.set(value, at);
        return;
      }
      endBlock();
      end(value);
    },
    length: () => endedBytes + BLOCK_BYTES - start,
    result: () => concatBytes([...ended, block.subarray(start)].reverse()),
  };
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 127) return false;
  return true;
}

function varintLength(value: number): number {
  let length = 1;
  for (let rest = value; rest > 127; rest = Math.floor(rest / 128)) length++;
  return length;
}

/** A whole number in groups of seven bits, the lowest first; a negative one in two's complement of 64 bits. */
export function varint(value: number): Uint8Array {
  if (value >= 0 && value < 128) return Uint8Array.of(value);
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}
