import type { ErrorCode } from "../errors.ts";

/** Description of a file that is not safetensors, in words: an error's code, message and hint. */
export interface ForeignFormat {
  readonly code: ErrorCode;
  readonly problem: string;
  readonly hint: string;
}

const pickle: ForeignFormat = {
  code: "checkpoint/pickle",
  problem:
    "it is a Python pickle (.ckpt, .pt, .bin), which can run any code while it is being read, so it is never opened",
  hint: "use the .safetensors file of the same model, or convert it once with the safetensors package in Python",
};
const other = (what: string, hint = "use the .safetensors file of the same model"): ForeignFormat => ({
  code: "safetensors/not-safetensors",
  problem: `it is ${what}, expected a safetensors file`,
  hint,
});

const DOWNLOAD = "if it was downloaded, the site sent a web page instead of the file: check the address, or log in";
const onnx = other("an ONNX model");

const signatures: readonly (readonly [prefix: string, format: ForeignFormat])[] = [
  ["PK\x03\x04", pickle], // torch.save since 1.6: a zip that holds a pickle
  ["\x80\x00", pickle],
  ["\x80\x01", pickle],
  ["\x80\x02", pickle],
  ["\x80\x03", pickle],
  ["\x80\x04", pickle],
  ["\x80\x05", pickle],
  ["version https://git-lfs", other("a Git LFS pointer, not the file itself", "fetch the content: git lfs pull")],
  ["GGUF", other("a GGUF file, whose weights are quantized")],
  ["GGML", other("a GGML file")],
  ["lmgg", other("a GGML file")],
  ["fmgg", other("a GGML file")],
  ["tjgg", other("a GGML file")],
  ...[3, 4, 5, 6, 7, 8, 9, 10, 11, 12].map((ir) => [`\x08${String.fromCharCode(ir)}\x12`, onnx] as const),
  ["\x89HDF", other("an HDF5 file")],
  ["\x89PNG", other("a PNG image", "aquatint info FILE prints how an image was made")],
  ["7z\xbc\xaf", other("a 7z archive", "unpack it")],
  ["Rar!", other("a RAR archive", "unpack it")],
  ["\x1f\x8b", other("a gzip archive", "unpack it")],
  ["{", other("a JSON text", `only safetensors files are read; ${DOWNLOAD}`)],
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
