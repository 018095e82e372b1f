import type { TextToImageModel } from "aquatint";
import { fewStepsOf } from "aquatint/pipelines";
import type { Networks } from "./networks.ts";

/** Defaults of the form of a model that takes few steps, as its `generation_config.json` describes it. */
export interface FewSteps {
  readonly steps: number;
  readonly guidance: number;
}

/** A model in one of its forms, with networks of its own. */
export interface ModelForm {
  readonly model: TextToImageModel;
  readonly networks: Networks;
}

/** The forms of a model that is loaded. */
export interface ModelForms {
  /** The form to draw with; memory that the other one holds is freed where it is short. @throws AquatintError "lora/…" or "file/…". */
  take(fewSteps?: boolean): Promise<ModelForm>;
  /** The form that was drawn with last. */
  last(): ModelForm;
}

/** A model as it is, and its form for few steps, which `openFewSteps` opens when it is first drawn with. */
export function modelForms(usual: ModelForm, openFewSteps: () => Promise<ModelForm>): ModelForms {
  let few: Promise<ModelForm> | undefined;
  let last = usual;
  async function opened(): Promise<ModelForm> {
    few ??= openFewSteps();
    return few.catch((error: unknown) => {
      few = undefined; // the file may be there the next time
      throw error;
    });
  }
  return {
    last: () => last,
    async take(fewSteps = false) {
      const form = fewSteps ? await opened() : usual;
      if (form !== last) await last.networks.makeRoom();
      last = form;
      return form;
    },
  };
}

/** Defaults of a model's form for few steps; undefined where it has none. @throws AquatintError "model/generation". */
export function fewStepsInfo({ generation }: Pick<TextToImageModel, "generation">): FewSteps | undefined {
  if (!generation.fewSteps) return undefined;
  const { steps, guidance } = fewStepsOf(generation.fewSteps);
  return { steps, guidance };
}
