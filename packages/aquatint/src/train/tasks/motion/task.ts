import { expectClips } from "../../../data/expect-images.ts";
import { AquatintError } from "../../../errors.ts";
import { sizeOf } from "../../../graph/types.ts";
import type { Task } from "../../loop/task.ts";
import { trainingLatents } from "../denoising/latents.ts";
import { denoisingObjective } from "../denoising/objective.ts";
import { denoisingTaskWith } from "../denoising/task.ts";
import type { TaskContext } from "../kind.ts";
import type { MotionConfig } from "./config.ts";
import { motionGraph } from "./graph.ts";
import { motionModel } from "./model.ts";
import { motionOutputs } from "./outputs.ts";
import { someFrames } from "./some-frames.ts";

/**
 * The task of motion modules in the U-Net of a model whose own weights stay: their gradients are not computed.
 * @throws AquatintError "config/dataset" for still images, "config/value" for more frames than the modules or the clips have.
 */
export async function openMotionTask(config: MotionConfig, context: TaskContext): Promise<Task> {
  const { frames } = expectClips(context.dataset, "this task");
  const model = await motionModel(config.model, context);
  const { timesteps, min_snr_gamma: minSnrGamma, latents } = config.objective;
  const { size, latents: facts } = context.dataset;
  const { frames: count = frames } = config.objective;
  const { maxFrames } = model.modules.motion;
  if (frames > maxFrames) throw wrongFrames(frames, "model.motion.motion_max_seq_length", maxFrames);
  if (count > frames) throw wrongFrames(frames, "objective.frames", count);
  const frameSize = facts ? sizeOf(facts.shape) : 3 * sizeOf(size);
  const clips = trainingLatents({ modules: model.modules, size, latents, facts, frames: count });
  const space = someFrames({ space: clips, frames, count, frameSize });
  const { scheduler } = model;
  const objective = denoisingObjective({ sample: space.sample, scheduler, timesteps, minSnrGamma });
  const graph = (n: number) => motionGraph({ model, space, objective }, n);
  const parts = { ...context, model, space, objective, graph };
  return denoisingTaskWith(config, parts, ({ weights }) => motionOutputs(config, { ...parts, weights }));
}

const wrongFrames = (frames: number, key: string, value: number) =>
  new AquatintError("config/value", `"${key}" is ${value}, and the clips have ${frames} frames`, {
    hint: `set it to ${frames}, or change the "frames" of the data set`,
  });
