import { setThroughBun } from "./bun-environment.node.ts";

/**
 * ONNX Runtime reads this once a process, where its first session is made: with it, it writes no device id and opens no
 * connection.
 */
export const noTelemetry = { ORT_DISABLE_TELEMETRY: "1" } as const;
const [[name, value]] = Object.entries(noTelemetry) as [[string, string]];

let opening = 0;
let original: string | undefined;

/**
 * Switches telemetry off in the environment of this process, until every function returned has been called. In Bun it stays
 * off, since the environment that native code reads is another one there.
 */
export function withoutTelemetry(): () => void {
  if (process.versions["bun"] !== undefined && !setThroughBun(name, value)) warn();
  if (opening++ === 0) original = process.env[name];
  process.env[name] = value;
  let pending = true;
  return () => {
    if (!pending) return;
    pending = false;
    if (--opening > 0) return;
    if (original === undefined) delete process.env[name];
    else process.env[name] = original;
  };
}

function warn(): void {
  process.emitWarning(
    `ONNX Runtime's telemetry cannot be switched off from here: set ${name}=${value} for the process`,
    {
      type: "AquatintWarning",
      code: "telemetry",
    },
  );
}
