export { type MotionAdapterConfig, parseMotionAdapterConfig } from "./config.ts";
export { expectWindows, type FrameWindows, type WindowWeighting, windowWeightings } from "./frame-windows.ts";
export { expectFits, MotionAdapter, type MotionTarget, motionPlan } from "./motion-adapter.ts";
export { AnimateDiffTransformer3D, type Frames, type MotionModule, type MotionOptions } from "./motion-transformer.ts";
