import type { FittingFiles } from "../../models/fitting.ts";
import { startThread } from "../../threads/thread.ts";
import type { JobFacts } from "../kind.ts";
import type { CheckOptions, CheckRequest, UncheckedJob } from "./messages.ts";

/** Checks that open models and images, while requests are answered. */
export interface ModelChecks extends AsyncDisposable {
  /** Checks a request against the files of its model. @throws AquatintError that names what is wrong. */
  prepare(job: UncheckedJob): Promise<JobFacts>;
  /** The files that can be used with a model. @throws AquatintError "model/unknown". */
  fitting(model: string): Promise<FittingFiles>;
}

/** Opens the checks; their thread starts with the first. `onLost` gets the reason where it ended by itself. */
export function openChecks(options: CheckOptions, onLost: (error: Error) => void): ModelChecks {
  const start = () =>
    startThread<CheckRequest>({
      script: new URL("./thread.ts", import.meta.url),
      data: options,
      name: "the thread that checks requests",
      code: "server/checks",
      onLost,
    });
  let thread: ReturnType<typeof start> | undefined;
  const ask = (request: CheckRequest): Promise<unknown> => {
    thread ??= start();
    return thread.ask(request);
  };
  return {
    prepare: async (job) => (await ask({ type: "prepare", ...job })) as JobFacts,
    fitting: async (model) => (await ask({ type: "fitting", model })) as FittingFiles,
    async [Symbol.asyncDispose]() {
      await thread?.close();
    },
  };
}
