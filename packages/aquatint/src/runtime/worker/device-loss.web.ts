import type { Handlers } from "../protocol.ts";

/** Time in which a loss is reported after the call that failed by it, in milliseconds. */
const REPORT = 500;

/** The device of ONNX Runtime's WebGPU, where it computes on one. */
type GraphicsDevice = () => Promise<GPUDevice | undefined> | undefined;

/**
 * Ends the worker with an error when the graphics device of its programs is lost: ONNX Runtime cannot go on without it, and a fresh
 * worker gets another. A device that ONNX Runtime gives back with its last program is not lost, and on the processor there is none.
 */
export function endWithDevice(handlers: Handlers, device: GraphicsDevice): Handlers {
  const programs = new Set<number>();
  const { watch, isLost } = deviceWatch(device, () => programs.size > 0);
  return {
    ...handlers,
    async load(params) {
      const reply = await handlers.load(params);
      programs.add(params.program);
      void watch();
      return reply;
    },
    async run(params) {
      try {
        return await handlers.run(params);
      } catch (error) {
        if (await isLost()) return new Promise(() => {}); // the end of the worker is the answer
        throw error;
      }
    },
    unload(params) {
      programs.delete(params.program);
      return handlers.unload(params);
    },
    close(params) {
      programs.clear();
      return handlers.close(params);
    },
  };
}

function deviceWatch(device: GraphicsDevice, isUsed: () => boolean) {
  let watched: GPUDevice | undefined;
  const watch = async () => {
    const current = await device();
    if (!current || current === watched) return;
    watched = current;
    const { message, reason } = await current.lost;
    if (current !== watched || !isUsed()) return;
    reportError(new Error(`the graphics device was lost: ${message || reason}`));
  };
  const isLost = (): Promise<boolean> =>
    Promise.race([
      watched?.lost.then(() => true) ?? false,
      new Promise<boolean>((resolve) => setTimeout(() => resolve(false), REPORT)),
    ]);
  return { watch, isLost };
}
