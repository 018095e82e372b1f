import { createSHA256 } from "hash-wasm";

/** Gives a worker of a page over plain HTTP, where browsers have no `crypto.subtle`, the SHA-256 of it. */
export function provideDigest(): void {
  if ((crypto as { readonly subtle?: SubtleCrypto }).subtle) return;
  const digest = async (_: "SHA-256", bytes: ArrayBuffer | Uint8Array) => {
    const hash = await createSHA256();
    return hash.update(new Uint8Array(bytes)).digest("binary").buffer;
  };
  Object.defineProperty(crypto, "subtle", { value: { digest } });
}
