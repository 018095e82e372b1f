import { sha256Stream } from "../model-files/sha256.ts";

/** Gives a worker of a page over plain HTTP, where browsers have no `crypto.subtle`, the SHA-256 of it. */
export function provideDigest(): void {
  if ((crypto as { readonly subtle?: SubtleCrypto }).subtle) return;
  const digest = async (_: "SHA-256", bytes: ArrayBuffer | Uint8Array) => {
    const hash = sha256Stream();
    hash.update(new Uint8Array(bytes));
    const pairs = hash.digest().match(/../g) ?? [];
    return Uint8Array.from(pairs, (pair) => Number.parseInt(pair, 16)).buffer;
  };
  Object.defineProperty(crypto, "subtle", { value: { digest } });
}
