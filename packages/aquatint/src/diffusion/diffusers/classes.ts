import * as discrete from "./ddpm-family.ts";
import { deis } from "./deis.ts";
import { dpmMultistep } from "./dpm-multistep.ts";
import { dpmSinglestep } from "./dpm-singlestep.ts";
import * as continuous from "./edm-and-flow.ts";
import type { SchedulerClass } from "./fields.ts";
import * as exploding from "./k-diffusion.ts";
import { uniPc } from "./unipc.ts";

/** Each class of diffusers that can be read, by its name. */
export const schedulerClasses = {
  DDPMScheduler: discrete.ddpm,
  DDIMScheduler: discrete.ddim,
  PNDMScheduler: discrete.pndm,
  LCMScheduler: discrete.lcm,
  TCDScheduler: discrete.tcd,
  EulerDiscreteScheduler: exploding.euler,
  EulerAncestralDiscreteScheduler: exploding.eulerAncestral,
  HeunDiscreteScheduler: exploding.heun,
  KDPM2DiscreteScheduler: exploding.kdpm2,
  KDPM2AncestralDiscreteScheduler: exploding.kdpm2Ancestral,
  LMSDiscreteScheduler: exploding.lms,
  DPMSolverMultistepScheduler: dpmMultistep,
  DPMSolverSinglestepScheduler: dpmSinglestep,
  DEISMultistepScheduler: deis,
  UniPCMultistepScheduler: uniPc,
  EDMEulerScheduler: continuous.edmEuler,
  EDMDPMSolverMultistepScheduler: continuous.edmDpm,
  FlowMatchEulerDiscreteScheduler: continuous.flowEuler,
  FlowMatchHeunDiscreteScheduler: continuous.flowHeun,
  IPNDMScheduler: continuous.ipndm,
} as const satisfies Readonly<Record<string, SchedulerClass>>;

/** Every key that some class of diffusers reads: a class passes over those of the others, as diffusers does. */
export const schedulerKeys: ReadonlySet<string> = new Set(
  Object.values<SchedulerClass>(schedulerClasses).flatMap(({ fields }) => Object.keys(fields)),
);
