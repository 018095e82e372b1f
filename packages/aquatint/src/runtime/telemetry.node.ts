import { isMainThread } from "node:worker_threads";

const SWITCH = "ORT_DISABLE_TELEMETRY";

/**
 * Switches ONNX Runtime's telemetry off, unless the variable is set already. It must be called before the engine is loaded.
 * The engine reads the environment of the process. A thread has a copy of it, as has all of Bun: where the process's own
 * cannot be set, this warns.
 */
export function disableTelemetry(): void {
  if (process.env[SWITCH] !== undefined) return;
  process.env[SWITCH] = "1";
  const { bun } = process.versions;
  if (bun === undefined ? isMainThread : setThroughBun()) return;
  process.emitWarning(`ONNX Runtime's telemetry cannot be switched off from here: set ${SWITCH}=1 for the process`, {
    type: "AquatintWarning",
    code: "telemetry",
  });
}

/** What is needed of Bun's foreign functions. */
interface BunFfi {
  dlopen(
    library: string,
    symbols: Readonly<Record<string, { readonly args: readonly string[]; readonly returns: string }>>,
  ): { readonly symbols: Readonly<Record<string, (...args: readonly unknown[]) => number>> };
}

/** Sets the variable with the C library's own function; false where that does not work. */
function setThroughBun(): boolean {
  const { platform } = process;
  const text = (value: string) => Buffer.from(`${value}\0`);
  try {
    // not an import: bundlers would look for it
    const { dlopen } = process.getBuiltinModule("bun:ffi") as unknown as BunFfi;
    if (platform === "win32") {
      const { symbols } = dlopen("ucrtbase.dll", { _putenv_s: { args: ["ptr", "ptr"], returns: "int" } });
      return symbols["_putenv_s"]?.(text(SWITCH), text("1")) === 0;
    }
    const library = platform === "darwin" ? "libSystem.B.dylib" : "libc.so.6";
    const { symbols } = dlopen(library, { setenv: { args: ["ptr", "ptr", "int"], returns: "int" } });
    return symbols["setenv"]?.(text(SWITCH), text("1"), 1) === 0;
  } catch {
    return false;
  }
}
