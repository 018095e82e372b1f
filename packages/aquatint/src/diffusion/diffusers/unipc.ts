import { field, integer, listOf, oneOf, optional } from "../../util/fields.ts";
import { samplerChoice } from "../samplers/define-sampler.ts";
import { unipc } from "../samplers/unipc.ts";
import { solver, solverFields } from "./dpm-fields.ts";
import { define, finalField, flag } from "./fields.ts";

/** UniPCMultistepScheduler */
export const uniPc = define(
  {
    ...solverFields,
    ...finalField,
    predict_x0: flag(true),
    solver_type: field(oneOf("bh1", "bh2"), "bh2"),
    disable_corrector: field(listOf(integer({ from: 0 })), []),
    solver_p: optional(oneOf(null)),
  },
  (config) =>
    solver(config, {
      ...samplerChoice(unipc, {
        order: config.solver_order,
        variant: config.solver_type,
        predictData: config.predict_x0,
        lowerOrderFinal: config.lower_order_final,
        uncorrected: config.disable_corrector,
      }),
      final: config.final_sigmas_type,
      flowEnd: "last",
      noiseOnly: !config.predict_x0,
    }),
);
