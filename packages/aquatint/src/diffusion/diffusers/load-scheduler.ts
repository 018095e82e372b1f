import type { SchedulerSettings } from "../scheduler.ts";
import type { schedulerClasses } from "./classes.ts";
import type { SchedulerClass } from "./fields.ts";
import { classSettings, foreignKeys, namedClass } from "./read-config.ts";

const ddpmFamily = () => import("./ddpm-family.ts");
const kDiffusion = () => import("./k-diffusion.ts");
const edmAndFlow = () => import("./edm-and-flow.ts");

/** Loads each class of `schedulerClasses`. */
const loaders: Readonly<Record<keyof typeof schedulerClasses, () => Promise<SchedulerClass>>> = {
  DDPMScheduler: async () => (await ddpmFamily()).ddpm,
  DDIMScheduler: async () => (await ddpmFamily()).ddim,
  PNDMScheduler: async () => (await ddpmFamily()).pndm,
  LCMScheduler: async () => (await ddpmFamily()).lcm,
  TCDScheduler: async () => (await ddpmFamily()).tcd,
  EulerDiscreteScheduler: async () => (await kDiffusion()).euler,
  EulerAncestralDiscreteScheduler: async () => (await kDiffusion()).eulerAncestral,
  HeunDiscreteScheduler: async () => (await kDiffusion()).heun,
  KDPM2DiscreteScheduler: async () => (await kDiffusion()).kdpm2,
  KDPM2AncestralDiscreteScheduler: async () => (await kDiffusion()).kdpm2Ancestral,
  LMSDiscreteScheduler: async () => (await kDiffusion()).lms,
  DPMSolverMultistepScheduler: async () => (await import("./dpm-multistep.ts")).dpmMultistep,
  DPMSolverSinglestepScheduler: async () => (await import("./dpm-singlestep.ts")).dpmSinglestep,
  DEISMultistepScheduler: async () => (await import("./deis.ts")).deis,
  UniPCMultistepScheduler: async () => (await import("./unipc.ts")).uniPc,
  EDMEulerScheduler: async () => (await edmAndFlow()).edmEuler,
  EDMDPMSolverMultistepScheduler: async () => (await edmAndFlow()).edmDpm,
  FlowMatchEulerDiscreteScheduler: async () => (await edmAndFlow()).flowEuler,
  FlowMatchHeunDiscreteScheduler: async () => (await edmAndFlow()).flowHeun,
  IPNDMScheduler: async () => (await edmAndFlow()).ipndm,
};

/** `schedulerSettings`, which loads the code of the configuration's class alone. @throws AquatintError as that does. */
export async function loadSchedulerSettings(json: unknown): Promise<SchedulerSettings> {
  const { entry: load, config } = namedClass(json, loaders);
  const schedulerClass = await load();
  const { length } = foreignKeys(schedulerClass, config);
  const otherKeys = length > 0 ? (await import("./classes.ts")).schedulerKeys : new Set<string>();
  return classSettings(schedulerClass, config, otherKeys);
}
