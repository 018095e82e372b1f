import { AquatintError } from "../../errors.ts";
import { type Family, familyFacts, textEncoderFacts } from "../../models/families.ts";
import type { ModelComponent, TensorLocation } from "../types.ts";

/** Refuses a second text encoder without its projection, of which SDXL's U-Net is told. */
export function checkProjection(name: string, second: ReadonlyMap<string, TensorLocation> | undefined): void {
  if (!second || second.has("text_projection.weight")) return;
  throw new AquatintError(
    "checkpoint/keys",
    `${name} holds no text_projection of its text_encoder_2, which SDXL needs`,
    {
      hint: "the program that wrote it left it out: use the file as it was published",
    },
  );
}

/**
 * Sentences about text encoders that lack some of their published layers; the remaining ones are run.
 * @throws AquatintError "checkpoint/keys" for SDXL, whose U-Net reads the last layer but one.
 */
export function textNotes(
  name: string,
  family: Family | undefined,
  components: ReadonlyMap<string, ModelComponent>,
): readonly string[] {
  return [...components].flatMap(([part, { config }]) => {
    if (!part.startsWith("text_encoder")) return [];
    const facts = textEncoderFacts.get(Number(config["hidden_size"]));
    const layers = Number(config["num_hidden_layers"]);
    if (!facts || layers >= facts.run) return [];
    const message = `${name}: its ${part} has ${layers} of ${facts.run} layers`;
    if (!family || !familyFacts(family).needsAllTextLayers) return [`${message}; those are run`];
    throw new AquatintError("checkpoint/keys", `${message}, SDXL needs all`, {
      hint: "the program that wrote it left some out: use the file as it was published",
    });
  });
}
