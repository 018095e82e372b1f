import * as discrete from "./ddpm-family.ts";
import * as solvers from "./dpm-family.ts";
import * as continuous from "./edm-and-flow.ts";
import type { SchedulerClass } from "./fields.ts";
import * as exploding from "./k-diffusion.ts";

/** Each class of diffusers that can be read, by its name. */
export const schedulerClasses: Readonly<Record<string, SchedulerClass>> = {
  DDPMScheduler: discrete.ddpm,
  DDIMScheduler: discrete.ddim,
  PNDMScheduler: discrete.pndm,
  LCMScheduler: discrete.lcm,
  TCDScheduler: discrete.tcd,
  EulerDiscreteScheduler: exploding.euler,
  EulerAncestralDiscreteScheduler: exploding.eulerAncestral,
  HeunDiscreteScheduler: exploding.heun,
  KDPM2DiscreteScheduler: exploding.midpoint("dpm2"),
  KDPM2AncestralDiscreteScheduler: exploding.midpoint("dpm2-a"),
  LMSDiscreteScheduler: exploding.lms,
  DPMSolverMultistepScheduler: solvers.dpmMultistep,
  DPMSolverSinglestepScheduler: solvers.dpmSinglestep,
  DEISMultistepScheduler: solvers.deis,
  UniPCMultistepScheduler: solvers.uniPc,
  EDMEulerScheduler: continuous.edmEuler,
  EDMDPMSolverMultistepScheduler: continuous.edmDpm,
  FlowMatchEulerDiscreteScheduler: continuous.flowEuler,
  FlowMatchHeunDiscreteScheduler: continuous.flowHeun,
  IPNDMScheduler: continuous.ipndm,
};
