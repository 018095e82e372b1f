/** Training: tasks, optimizers, the loop and its checkpoints. */

export { createDataset, type DatasetConfig } from "../data/registry.ts";
export {
  type ConfigKinds,
  configKindsFor,
  type ParseOptions,
  parseTrainConfig,
  type TrainConfig,
} from "./config/config.ts";
export type { PresetChange } from "./config/presets.ts";
export type { Training } from "./config/training.ts";
export * from "./loop/activation-checkpointing.ts";
export * from "./loop/learning-rates.ts";
export { groupsOf, isFrozen } from "./loop/parameter-groups.ts";
export * from "./loop/phase-program.ts";
export { openSession, type SessionInput, type TrainingSession } from "./loop/session.ts";
export * from "./loop/step-feeds.ts";
export {
  accumulateGraph,
  applyStep,
  firstState,
  gradientSums,
  oneGroup,
  type ParameterGroup,
  type TrainStepInput,
  trainGraph,
  trainStep,
} from "./loop/step-graph.ts";
export * from "./loop/stopping.ts";
export * from "./loop/task.ts";
export * from "./loop/train.ts";
export * from "./optimizers/adamw.ts";
export * from "./optimizers/optimizer.ts";
export { createOptimizer, optimizers } from "./optimizers/registry.ts";
export * from "./optimizers/sgd.ts";
export * from "./run/checkpoint.ts";
export { type Difference, differences, flattened } from "./run/differences.ts";
export type {
  EvaluationRecord,
  FinishedRun,
  Machine,
  RunEvent,
  RunProblem,
  SessionData,
  SessionRecord,
  StepRecord,
} from "./run/events.ts";
export type { PlannedPart, TrainingPlan } from "./run/plan.ts";
export { type RunInput, recordRun } from "./run/recorder.ts";
export type { RunFiles, StartingPoint, StepFile } from "./run/run-folder.ts";
export { type RunStart, runStart } from "./run/run-start.ts";
export { criticLosses, generatorLoss, type Logits, slopePenalty } from "./tasks/autoencoder/critic-losses.ts";
export { divergence } from "./tasks/autoencoder/losses.ts";
export { type ClipFolder, openClip } from "./tasks/clip/folder.ts";
export { type Direction, type RetrievalInput, type RetrievalShares, retrieval } from "./tasks/clip/retrieval.ts";
export { clipTowers, type Embeddings, type Towers, type TowersInput } from "./tasks/clip/towers.ts";
export { createTask, type TaskInput } from "./tasks/create-task.ts";
export { tokenizerFields } from "./tasks/denoising/config.ts";
export {
  type DenoisingDraw,
  type DenoisingObjective,
  type DenoisingOptions,
  denoisingObjective,
} from "./tasks/denoising/objective.ts";
export type { TimestepsConfig } from "./tasks/denoising/timesteps.ts";
export { type ChunkedNetwork, type ChunkedNetworkInput, inChunks } from "./tasks/in-chunks.ts";
export * from "./tasks/kind.ts";
export { type TaskKinds, tasks } from "./tasks/registry.ts";
export { EVALUATION_SEED, evaluationSamples, type Sources, sourcesOf } from "./tasks/sources.ts";
export { settledVocabulary, type VocabularyInput, vocabularyConfig } from "./tasks/vocabulary.ts";
