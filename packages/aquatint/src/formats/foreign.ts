import type { ErrorCode } from "../errors.ts";

/** Description of a file that is not safetensors, in words: an error's code, message and hint. */
export interface ForeignFormat {
  readonly code: ErrorCode;
  readonly problem: string;
  readonly hint: string;
}

/** Files of torch.save, since 1.6 a zip archive with a pickle in it, and other archives. */
const pickle: ForeignFormat = {
  code: "checkpoint/pickle",
  problem:
    "it is a zip archive or a Python pickle (.ckpt, .pt), which can run any code when it is read: it is never opened",
  hint: "unpack it, use a .safetensors file, or convert it once with safetensors in Python",
};
const other = (what: string, hint = "use the .safetensors file of the same model"): ForeignFormat => ({
  code: "safetensors/not-safetensors",
  problem: `it is ${what}, expected a safetensors file`,
  hint,
});

const DOWNLOAD = "if it was downloaded, the site sent a page: check the address, or log in";
const onnx = other("an ONNX model");
const ggml = other("a GGML file");
const archive = (kind: string) => other(`a ${kind} archive`, "unpack it");

const signatures: readonly (readonly [prefix: string, format: ForeignFormat])[] = [
  ["PK\x03\x04", pickle],
  ...[0, 1, 2, 3, 4, 5].map((protocol) => [`\x80${String.fromCharCode(protocol)}`, pickle] as const),
  ["version https://git-lfs", other("a Git LFS pointer, not the file itself", "fetch the content: git lfs pull")],
  ["\0".repeat(9), other("a file of zeros", "its download was cut off: fetch it again")],
  ["GGUF", other("a GGUF file, whose weights are quantized")],
  ...["GGML", "lmgg", "fmgg", "tjgg"].map((prefix) => [prefix, ggml] as const),
  ...[3, 4, 5, 6, 7, 8, 9, 10, 11, 12].map((ir) => [`\x08${String.fromCharCode(ir)}\x12`, onnx] as const),
  ["\x89HDF", other("an HDF5 file")],
  ["\x89PNG", other("a PNG image", "aquatint info FILE prints how an image was made")],
  ["7z\xbc\xaf", archive("7z")],
  ["Rar!", archive("RAR")],
  ["\x1f\x8b", archive("gzip")],
  ["{", other("a JSON text", DOWNLOAD)],
  ["<", other("a web page or XML", DOWNLOAD)],
];

/** Names a well-known format by the first bytes of a file; the extension is not asked. */
export function foreignFormat(head: Uint8Array): ForeignFormat | undefined {
  const text = String.fromCharCode(...head.subarray(0, 32)).replace(/^\s+(?=<)/, "");
  const format = signatures.find(([prefix]) => text.startsWith(prefix))?.[1];
  // "Entry not found", "Access to model … is restricted"
  const isText = head.length >= 9 && /^[\x20-\x7e\s]+$/.test(text);
  return format ?? (isText ? other("a plain text", DOWNLOAD) : undefined);
}
