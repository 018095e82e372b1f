import type { NamedColor } from "@aquatint/emoji";
import type { Runtime } from "aquatint";
import { componentOf, type ModelFiles, openModel, readNetwork } from "aquatint/checkpoints";
import { type Image, imagesToTensor } from "aquatint/formats";
import { float32Data } from "aquatint/graph";
import { ImageClassifier, parseClassifierConfig, strideOf } from "aquatint/models";
import { parameters } from "aquatint/nn";
import { input } from "aquatint/ops";
import { inChunks } from "aquatint/train";
import { AquatintError, itemAt } from "aquatint/util";
import { detectionsOf } from "../models/detections.ts";
import { borderColors } from "./border.ts";
import type { Detections } from "./checks.ts";
import { type Features, rowsOf } from "./features.ts";

/** A judge's detections in each image, and the vectors that images are compared by. */
export interface JudgeResults {
  readonly detections: readonly Detections[];
  readonly features: Features;
}

/** A classifier with its weights. */
export interface Judge extends AsyncDisposable {
  /** The names that it knows. */
  readonly names: readonly string[];
  /** Looks at RGB images of one size. */
  detect(images: readonly Image[]): Promise<JudgeResults>;
}

/** Options of a judge. */
export interface JudgeOptions {
  readonly runtime: Runtime;
  /** Height and width of the images, in pixels. */
  readonly size: readonly [height: number, width: number];
  /** Colors that the border of an image can have; if left out, the border is not looked at. */
  readonly palette?: readonly NamedColor[];
}

/** Images that one run of the classifier takes. */
const CHUNK = 32;

/** Opens the folder of a classifier that "task": "classification" wrote. @throws AquatintError where it is none. */
export async function openJudge(files: ModelFiles, { runtime, size, palette = [] }: JudgeOptions): Promise<Judge> {
  const opened = await openModel(files);
  const config = parseClassifierConfig(componentOf(opened, "ImageClassifier").config);
  const model = ImageClassifier(config);
  const names = parameters(model);
  const as = await readNetwork(opened, "ImageClassifier", names);
  const trace = (n: number) => {
    const { cells, features } = model(
      input({ name: "images", dtype: "float32", shape: [n, config.in_channels, ...size] }),
    );
    return { cells, features };
  };
  const network = inChunks({ runtime, parameters: { names, as }, chunk: CHUNK, trace });
  const [rows, columns] = size.map((side) => side / strideOf(config)) as [number, number];
  const { classes } = config;
  const detectionsIn = (image: Image, logits: Float32Array): Detections => ({
    border: borderColors(image, palette),
    things: detectionsOf({ logits, classes: classes.length, rows, columns }).map((detection) => ({
      ...{ name: itemAt(classes, detection.class), x: detection.x, y: detection.y },
    })),
  });
  return {
    names: classes,
    async detect(images) {
      const shape = [images.length, config.in_channels, ...size];
      const feed = { dtype: "float32", shape, data: imagesToTensor(images) } as const;
      const { cells, features } = await network.run({ images: feed });
      const logits = float32Data(cells);
      const length = logits.length / images.length;
      const row = (i: number) => logits.subarray(i * length, (i + 1) * length);
      return {
        detections: images.map((image, i) => detectionsIn(image, row(i))),
        features: rowsOf(float32Data(features), images.length),
      };
    },
    [Symbol.asyncDispose]: () => network[Symbol.asyncDispose](),
  };
}

/** @throws AquatintError "evaluate/names" where a judge does not know all the things that it may be asked about. */
export function expectNames(judge: Pick<Judge, "names">, required: readonly string[]): void {
  const strange = required.filter((name) => !judge.names.includes(name));
  if (strange.length === 0) return;
  throw new AquatintError(
    "evaluate/names",
    `the judge does not know ${strange.length} of the ${required.length} names, the first "${strange[0]}"`,
    { hint: "train one with these names (recipes/emoji/judge.json) and give its folder: --judge" },
  );
}
