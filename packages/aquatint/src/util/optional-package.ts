import { AquatintError, messageOf } from "../errors.ts";

/** A package that the library uses where it is installed beside it. */
export interface OptionalPackage<Exports> {
  /** Its name in the registry: "@aquatint/lab". */
  readonly name: string;
  /** Imports it; a literal `import("…")`, which bundlers and type checks can follow. */
  readonly load: () => Promise<Exports>;
}

/** A part of an optional package that brings things by their names. */
export interface PackagePart<Exports> extends OptionalPackage<Exports> {
  /** The names of what it brings. */
  readonly names: readonly string[];
}

/**
 * The export called `name` of the package that brings it; undefined where none does.
 * @throws AquatintError "package/missing" where its package is not installed.
 */
export async function packageWith<Exports>(
  parts: readonly PackagePart<Exports>[],
  { kind, name }: { readonly kind: string; readonly name: unknown },
): Promise<Exports | undefined> {
  const part = parts.find(({ names }) => names.some((entry) => entry === name));
  return part && optionalPackage(part, `the ${kind} "${name}"`);
}

/**
 * Exports of an optional package; `purpose` is the subject of the error: "aquatint compare".
 * @throws AquatintError "package/missing" with the command that installs it, "package/broken" where it is there and does not load.
 */
export async function optionalPackage<Exports>(
  { name, load }: OptionalPackage<Exports>,
  purpose: string,
): Promise<Exports> {
  try {
    return await load();
  } catch (cause) {
    const hint = `npm install ${name}`;
    if (isMissing(name, cause)) {
      const message = `${purpose} needs the package ${name}, which is not installed`;
      throw new AquatintError("package/missing", message, { hint, cause });
    }
    const message = `${purpose} needs the package ${name}, which cannot be loaded: ${messageOf(cause)}`;
    throw new AquatintError("package/broken", message, { hint: `${hint} installs it again`, cause });
  }
}

/** Tells whether an import failed because this very package is not installed; one that it needs itself may be the missing one. */
const isMissing = (name: string, cause: unknown): boolean =>
  (cause as { readonly code?: unknown } | null)?.code === "ERR_MODULE_NOT_FOUND" &&
  messageOf(cause).includes(`package '${name}'`);
