import { z } from "zod";
import { AquatintError } from "../errors.ts";
import { nearest } from "../math/nearest.ts";
import { scheduleFromBetas } from "./discrete.ts";
import { clean, type Level, type Schedule } from "./level.ts";
import type { PredictionType } from "./prediction.ts";
import type { SamplerName, SamplerOptions } from "./registry.ts";
import { schedules } from "./schedules.ts";
import { type Spacing, spacings } from "./spacing.ts";

/** What a checkpoint's `scheduler/scheduler_config.json` says about sampling from it. */
export interface SchedulerSettings {
  readonly sampler: SamplerName;
  readonly samplerOptions: SamplerOptions;
  readonly schedule: Schedule;
  readonly prediction: PredictionType;
  /** Range that the estimated data is clipped to, -clip .. clip; undefined where it is not. */
  readonly clip: number | undefined;
  readonly spacing: Spacing;
  /** Where the last step ends. */
  readonly final: Level;
}

/** An option that is known but works only switched off. */
const off = z.literal(false, { error: (issue) => `expected false (this is not supported yet), got ${issue.input}` });

const shared = {
  num_train_timesteps: z.int().positive().default(1000),
  beta_start: z.number().positive().default(0.0001),
  beta_end: z.number().positive().default(0.02),
  beta_schedule: z.enum(["linear", "scaled_linear", "squaredcos_cap_v2", "cosine"]).default("linear"),
  /** Ours, for "cosine" only: the clip of its betas; null for the exact function. */
  max_beta: z.number().positive().max(1).nullable().default(null),
  trained_betas: z.array(z.number()).min(1).nullable().default(null),
  prediction_type: z.enum(["epsilon", "sample", "v_prediction"]).default("epsilon"),
  clip_sample: z.boolean().default(true),
  clip_sample_range: z.number().positive().default(1),
  timestep_spacing: z.enum(["leading", "trailing", "linspace"]).default("leading"),
  steps_offset: z.int().nonnegative().default(0),
  thresholding: off.default(false),
  rescale_betas_zero_snr: off.default(false),
  // Read by nothing while thresholding is off, or by other classes that share the file.
  dynamic_thresholding_ratio: z.unknown().optional(),
  sample_max_value: z.unknown().optional(),
  skip_prk_steps: z.unknown().optional(),
};

const learned = "expected fixed_small, fixed_small_log or fixed_large (learned variances are not supported yet)";

const ddpmConfig = z.strictObject({
  ...shared,
  variance_type: z.enum(["fixed_small", "fixed_small_log", "fixed_large"], { error: learned }).default("fixed_small"),
  set_alpha_to_one: z.unknown().optional(),
});

const ddimConfig = z.strictObject({ ...shared, set_alpha_to_one: z.boolean().default(true) });

type SharedConfig = Omit<z.infer<typeof ddimConfig>, "set_alpha_to_one">;

/** Each class of diffusers that can be read, by its name. */
const classes: Readonly<Record<string, (json: Readonly<Record<string, unknown>>) => SchedulerSettings>> = {
  DDPMScheduler(json) {
    const config = parsed(ddpmConfig, json);
    const samplerOptions = { variance: config.variance_type === "fixed_large" ? "large" : "small" } as const;
    return { sampler: "ddpm", samplerOptions, ...settingsOf(config), final: clean };
  },
  DDIMScheduler(json) {
    const config = parsed(ddimConfig, json);
    const settings = settingsOf(config);
    const final = config.set_alpha_to_one ? clean : settings.schedule.level(1);
    return { sampler: "ddim", samplerOptions: {}, ...settings, final };
  },
};

/**
 * Reads a scheduler's configuration, parsed from JSON, with diffusers' names and defaults; keys that begin with `_`
 * pass, and a key that is unknown or changes numbers in a way not implemented throws.
 */
export function schedulerSettings(json: unknown): SchedulerSettings {
  const config = z.record(z.string(), z.unknown()).safeParse(json);
  if (!config.success) throw new AquatintError("config/invalid", "a scheduler's configuration is a JSON object");
  const name = config.data._class_name;
  const read = typeof name === "string" && Object.hasOwn(classes, name) ? classes[name] : undefined;
  if (!read) {
    throw new AquatintError("config/scheduler-class", `cannot read a scheduler of class ${JSON.stringify(name)}`, {
      hint: `its "_class_name" is one of ${Object.keys(classes).join(", ")}`,
    });
  }
  return read(Object.fromEntries(Object.entries(config.data).filter(([key]) => !key.startsWith("_"))));
}

function settingsOf(config: SharedConfig): Omit<SchedulerSettings, "sampler" | "samplerOptions" | "final"> {
  return {
    schedule: scheduleOf(config),
    prediction: config.prediction_type,
    clip: config.clip_sample ? config.clip_sample_range : undefined,
    spacing: spacings[config.timestep_spacing]({ offset: config.steps_offset }),
  };
}

function scheduleOf(config: SharedConfig): Schedule {
  const { beta_schedule, beta_start, beta_end, trained_betas, max_beta, num_train_timesteps: steps } = config;
  if (max_beta !== null && (beta_schedule !== "cosine" || trained_betas)) {
    throw new AquatintError("config/invalid", `"max_beta" belongs to the beta_schedule "cosine"`);
  }
  if (!trained_betas) {
    const maxBeta = max_beta ?? undefined;
    return schedules[beta_schedule]({ steps, betaStart: beta_start, betaEnd: beta_end, maxBeta });
  }
  if (trained_betas.length === steps) return scheduleFromBetas(trained_betas, { name: "trained_betas" });
  throw new AquatintError("config/invalid", `expected ${steps} "trained_betas", got ${trained_betas.length}`, {
    hint: `set "num_train_timesteps" to ${trained_betas.length}`,
  });
}

function parsed<S extends z.ZodObject>(schema: S, json: Readonly<Record<string, unknown>>): z.infer<S> {
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  if (issue.code === "unrecognized_keys") {
    const key = issue.keys[0]!;
    const close = nearest(key, Object.keys(schema.shape));
    throw new AquatintError("config/unknown-option", `the scheduler's configuration has an unknown option "${key}"`, {
      hint: close ? `did you mean "${close}"?` : "remove it if it changes no numbers; otherwise it is not supported",
    });
  }
  throw new AquatintError("config/invalid", `the scheduler's "${issue.path.join(".")}": ${issue.message}`);
}
