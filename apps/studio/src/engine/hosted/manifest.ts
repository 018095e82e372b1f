/** A file of a model, with the hashes by which it is checked. */
export interface ManifestFile {
  readonly path: string;
  /** In bytes. */
  readonly size: number;
  readonly sha256: string;
  /** SHA-256 of each piece of `pieceSize` bytes; the last may be shorter. */
  readonly pieces: readonly string[];
}

/** The files of a model on the page's host, `model/manifest.json`. */
export interface ModelManifest {
  readonly name: string;
  readonly pieceSize: number;
  readonly files: readonly ManifestFile[];
}

/** The file by which images name the model, as `aquatint generate` does: the U-Net's weights. */
export const weightsHash = ({ files }: ModelManifest): string | undefined =>
  files.find(({ path }) => /^unet\/.*\.safetensors$/.test(path))?.sha256;

/** Bytes of the whole model. */
export const modelBytes = ({ files }: ModelManifest): number => files.reduce((sum, { size }) => sum + size, 0);
