/** The part of Bun's foreign functions that is used. */
interface BunFfi {
  dlopen(
    library: string,
    symbols: Readonly<Record<string, { readonly args: readonly string[]; readonly returns: string }>>,
  ): { readonly symbols: Readonly<Record<string, (...args: readonly unknown[]) => number>> };
}

/**
 * Sets a variable in the environment that native code reads: Bun's `process.env` is a copy of it.
 * @returns false where that does not work.
 */
export function setThroughBun(name: string, value: string): boolean {
  const { platform } = process;
  const text = (string: string) => Buffer.from(`${string}\0`);
  try {
    // not an import: bundlers would look for it
    const { dlopen } = process.getBuiltinModule("bun:ffi") as BunFfi;
    if (platform === "win32") {
      const { symbols } = dlopen("ucrtbase.dll", { _putenv_s: { args: ["ptr", "ptr"], returns: "int" } });
      return symbols["_putenv_s"]?.(text(name), text(value)) === 0;
    }
    const library = platform === "darwin" ? "libSystem.B.dylib" : "libc.so.6";
    const { symbols } = dlopen(library, { setenv: { args: ["ptr", "ptr", "int"], returns: "int" } });
    return symbols["setenv"]?.(text(name), text(value), 1) === 0;
  } catch {
    return false;
  }
}
