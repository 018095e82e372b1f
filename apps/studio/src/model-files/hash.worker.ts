import { messageOf } from "aquatint";
import { createSHA256 } from "hash-wasm";

/** Bytes that are read at once. */
const CHUNK = 2 ** 22;

self.onmessage = async ({ data }: MessageEvent<readonly Blob[]>) => {
  try {
    const hash = await createSHA256();
    for (const blob of data) {
      for (let at = 0; at < blob.size; at += CHUNK) {
        hash.update(new Uint8Array(await blob.slice(at, at + CHUNK).arrayBuffer()));
      }
    }
    self.postMessage({ hash: hash.digest() });
  } catch (error) {
    self.postMessage({ problem: messageOf(error) }); // a file that is gone; whoever reads it next says so
  }
};
