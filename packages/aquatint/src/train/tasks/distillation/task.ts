import { openModel } from "../../../checkpoints/open.ts";
import { schedulerSettings } from "../../../diffusion/diffusers/scheduler-config.ts";
import type { SchedulerSettings } from "../../../diffusion/scheduler.ts";
import { AquatintError } from "../../../errors.ts";
import type { Tensor } from "../../../graph/tensor.ts";
import { add, scale, sub } from "../../../ops/elementwise.ts";
import { constant } from "../../../ops/leaves.ts";
import { captionIds } from "../../../pipelines/conditioning/caption-ids.ts";
import { modelParameters, type PipelineComponents } from "../../../pipelines/model/components.ts";
import type { ModelConfigs, TextToImageModel } from "../../../pipelines/model/model-folder.ts";
import { textToImageModel } from "../../../pipelines/model/text-to-image-model.ts";
import { textToImageModules } from "../../../pipelines/model/text-to-image-modules.ts";
import { tokenizerFrom } from "../../../tokenizers/files.ts";
import { itemAt, lookup } from "../../../util/items.ts";
import type { Task } from "../../loop/task.ts";
import { captionIdsInput, denoises } from "../denoising/graph.ts";
import { trainingLatents } from "../denoising/latents.ts";
import type { DenoisingModel } from "../denoising/model.ts";
import { denoisingTask } from "../denoising/task.ts";
import type { TaskContext } from "../kind.ts";
import type { DistillationConfig } from "./config.ts";
import { type Denoises, distillationObjective } from "./objective.ts";

const TEACHER = "teacher.";

/**
 * The task of a student that begins with its teacher's weights; the teacher stays beside it as it is. @throws AquatintError
 * "config/value" for a teacher whose schedule DDIM does not walk, or whose autoencoder gives no distributions.
 */
export async function openDistillationTask(config: DistillationConfig, context: TaskContext): Promise<Task> {
  const { steps, teacher_steps: substeps, guidance_scale: guidance } = config.distillation;
  const teacherModel = await textToImageModel(await openModel(await context.modelFiles(config.teacher)));
  const teacher = textToImageModules({ ...teacherModel.configs, vae: undefined });
  const model = studentOf(teacherModel, { steps, teaching: modelParameters(teacher) });
  const { modules, scheduler, tokenizerFiles } = model;
  const { size, latents } = context.dataset;
  const space = trainingLatents({ modules, size, latents: "sample", facts: latents });
  const objective = distillationObjective({ sample: space.sample, scheduler, steps, substeps });
  const graph = (n: number) => {
    const ids = captionIdsInput(tokenizerFiles, n);
    const networks = {
      student: denoises(modules, ids),
      teacher: withGuidance(teacher, { ids, tokenizerFiles, guidance }),
    };
    return objective.loss(space.x0(n), networks);
  };
  const samples = config.samples && { ...config.samples, steps, guidance: 1 };
  const settings = { ...config, samples, objective: { guidance_dropout: 0 } };
  return denoisingTask(settings, { ...context, model, space, objective, graph });
}

interface GuidanceInput extends Pick<DenoisingModel, "tokenizerFiles"> {
  readonly ids: Tensor;
  readonly guidance: number;
}

/** The teacher with classifier-free guidance: u + g (c - u), where u knows no caption. */
function withGuidance(teacher: PipelineComponents, { ids, tokenizerFiles, guidance }: GuidanceInput): Denoises {
  const conditional = denoises(teacher, ids);
  if (guidance === 1) return conditional;
  const captions = Array.from({ length: itemAt(ids.shape, 0) }, () => "");
  const value = captionIds(tokenizerFrom(tokenizerFiles), captions);
  const unconditional = denoises(teacher, constant({ value }));
  return (xt, t) => {
    const u = unconditional(xt, t);
    return add(u, scale(sub(conditional(xt, t), u), guidance));
  };
}

interface StudentOptions {
  readonly steps: number;
  readonly teaching: ReturnType<typeof modelParameters>;
}

/** A student of the same networks, which takes its steps by DDIM from the last level of the schedule on. */
function studentOf(teacherModel: TextToImageModel, { steps, teaching }: StudentOptions): DenoisingModel {
  const generation = { ...teacherModel.configs.generation, num_inference_steps: steps, guidance_scale: 1 };
  const scheduler = { ...teacherModel.configs.scheduler, _class_name: "DDIMScheduler", timestep_spacing: "trailing" };
  const configs: ModelConfigs = { ...teacherModel.configs, scheduler, generation };
  const modules = textToImageModules(configs);
  const tokenizerFiles = itemAt(teacherModel.tokenizerFiles, 0);
  const teacherWeights = Array.from(teaching, ([name, tensor]) => [`${TEACHER}${name}`, tensor] as const);
  return {
    configs,
    tokenizerFiles: tokenizerFiles,
    modules,
    parameters: new Map([...modelParameters(modules), ...teacherWeights]),
    scheduler: walkedByDdim(teacherModel, schedulerSettings(scheduler)),
    frozen: [`${TEACHER}*`, "vae.*"],
    assets: tokenizerFiles,
    async initial() {
      const weights = await teacherModel.weights();
      return new Map([
        ...weights,
        ...teacherWeights.map(([name]) => [name, lookup(weights, name.slice(TEACHER.length))] as const),
      ]);
    },
  };
}

/** The student's schedule where it is its teacher's. @throws AquatintError "config/value" where DDIM's settings mean another. */
function walkedByDdim({ name, scheduler }: TextToImageModel, student: SchedulerSettings): SchedulerSettings {
  const [from, to] = [scheduler.schedule, student.schedule];
  const middle = Math.round(to.steps / 2);
  const same = from.steps === to.steps && Math.abs(from.level(middle).alpha - to.level(middle).alpha) < 1e-9;
  if (same) return student;
  throw new AquatintError("config/value", `${name} has the schedule "${from.name}", expected one that DDIM walks`, {
    hint: "use a teacher with a schedule of betas: DDPMScheduler, DDIMScheduler, DPMSolverMultistepScheduler, …",
  });
}
