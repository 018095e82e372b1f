import type { Runtime } from "aquatint";
import type { ModelFiles } from "aquatint/checkpoints";
import type { Elbo } from "../elbo/index.ts";

/** Inputs of images: a standard normal vector and a caption each. */
export interface Drawing {
  /** n vectors of the model's latent size, one after the other. */
  readonly z: Float32Array;
  readonly captions: readonly string[];
  readonly signal?: AbortSignal | undefined;
}

/** One way in which a model makes images: a point of the report. */
export interface Sampling {
  /** Label among the model's ways: "ddim 16"; empty where there is one only. */
  readonly label: string;
  /** Evaluations of the network for an image. */
  readonly evaluations: number;
  /** Images [n, 3, h, w], about -1 .. 1; the same vector and caption give the same image. */
  draw(drawing: Drawing): Promise<Float32Array>;
}

/** Images whose likelihood is bounded. */
export interface BoundInput {
  /** Denoising terms of a diffusion bound that are evaluated. */
  readonly evaluations: number;
  /** Draws of a latent for the importance-weighted bound. */
  readonly importance: number;
  readonly seed: number;
  /** [n, 3, h, w] in -1 .. 1. */
  readonly images: Float32Array;
  readonly captions: readonly string[];
  readonly signal?: AbortSignal | undefined;
}

/** A bound on -log2 p(x) per dimension, over the images. */
export interface Bound {
  readonly elbo: Elbo;
  /** Total of each image, where the bound is taken image by image. */
  readonly images?: readonly number[];
  /** A tighter bound where there is one. */
  readonly importanceWeighted?: number;
}

/** A model at work. */
export interface OpenedModel extends AsyncDisposable {
  /** Numbers of a vector that an image is made of. */
  readonly latentSize: number;
  /** Numbers that are read to make an image. */
  readonly parameters: number;
  readonly walks: readonly Sampling[];
  /** Absent where the kind has no likelihood. */
  bound?(input: BoundInput): Promise<Bound>;
}

/** Options of opening a model. */
export interface OpenModelInput {
  readonly files: ModelFiles;
  readonly runtime: Runtime;
  /** Images that a program takes at once. */
  readonly chunk: number;
  readonly walks?: readonly { readonly sampler: string; readonly steps: number }[] | undefined;
}

/** A kind of generative model, by the task that trains it. */
export interface ModelKind {
  /** "VAE" */
  readonly title: string;
  /** Description of its sampling, in a sentence. */
  readonly about: string;
  /** Note on its likelihood, or why none. */
  readonly likelihood: string;
  open(input: OpenModelInput): Promise<OpenedModel>;
}
