import { expect, test } from "vitest";
import { AquatintError } from "../errors.ts";
import { schedulerClasses } from "./diffusers/classes.ts";
import { linear } from "./process/schedules.ts";
import { automaticSchedule, type SamplerEntry, samplerNamed, samplers, scheduleWords } from "./registry.ts";
import { dropLast, spacings } from "./spacing/spacing.ts";

const entries = Object.entries<SamplerEntry>(samplers);

test("every name and alias finds its own sampler, case aside", () => {
  const names = entries.flatMap(([name, { aliases }]) => [name, ...Object.keys(aliases)].map((alias) => [alias, name]));
  for (const [alias, name] of names) {
    expect(samplerNamed(alias!).name).toBe(name);
    expect(samplerNamed(alias!.toUpperCase()).name).toBe(name);
  }
});

test("no two samplers share a name", () => {
  const names = entries.flatMap(([name, { aliases }]) => [name, ...Object.keys(aliases)].map((n) => n.toLowerCase()));
  expect(new Set(names).size).toBe(names.length);
});

test("an unknown name is refused with the valid ones and the nearest", () => {
  const thrown = (name: string) => {
    try {
      samplerNamed(name);
    } catch (error) {
      return error as AquatintError;
    }
    throw new Error("nothing was thrown");
  };
  const error = thrown("ddiim");
  expect(error).toBeInstanceOf(AquatintError);
  expect(error.code).toBe("sampler/unknown");
  expect(error.message).toBe('there is no sampler "ddiim"');
  expect(error.hint).toBe(`did you mean "ddim"? the samplers are ${Object.keys(samplers).join(", ")}`);
  expect(thrown("bogosort").hint).toMatch(/^the samplers are ddpm, .*tcd, ddim, .*deis$/);
  expect(thrown("constructor").code).toBe("sampler/unknown");
});

/** The samplers of AUTOMATIC1111's web UI but for "DPM adaptive", which chooses its own number of steps. */
const webui = {
  "DPM++ 2M": "dpmpp-2m",
  "DPM++ SDE": "dpmpp-sde",
  "DPM++ 2M SDE": "dpmpp-2m-sde",
  "DPM++ 2M SDE Heun": "dpmpp-2m-sde",
  "DPM++ 2S a": "dpmpp-2s-a",
  "DPM++ 3M SDE": "dpmpp-3m-sde",
  "Euler a": "euler-a",
  Euler: "euler",
  LMS: "lms",
  Heun: "heun",
  DPM2: "dpm2",
  "DPM2 a": "dpm2-a",
  "DPM fast": "dpm-3s",
  Restart: "restart",
  DDIM: "ddim",
  "DDIM CFG++": "ddim-cfgpp",
  PLMS: "plms",
  UniPC: "unipc",
  LCM: "lcm",
};

test.each(Object.entries(webui))("%s of the web UI is %s, with and without a schedule after it", (alias, name) => {
  expect(samplerNamed(alias).name).toBe(name);
  for (const [word, spacing] of Object.entries(scheduleWords)) {
    const named = samplerNamed(`${alias} ${word}`);
    expect(named).toMatchObject({ name, options: samplerNamed(alias).options });
    const inner = spacings[spacing]({});
    const expected = named.entry.open ? dropLast(inner) : inner;
    expect(named.spacing!(linear(), 9)).toEqual(expected(linear(), 9));
  }
});

/** From modules/sd_samplers_kdiffusion.py, sd_samplers_timesteps.py and sd_samplers_timesteps_impl.py of the web UI. */
test.each([
  ["DPM++ 2M", "karras"],
  ["DPM++ SDE", "karras"],
  ["DPM++ 2M SDE", "exponential"],
  ["DPM++ 2M SDE Heun", "exponential"],
  ["DPM++ 2S a", "karras"],
  ["DPM++ 3M SDE", "exponential"],
  ["Euler a", "uniform"],
  ["Euler", "uniform"],
  ["LMS", "uniform"],
  ["Heun", "uniform"],
  ["DPM2", "karras"],
  ["DPM2 a", "karras"],
  ["DPM fast", "exponential"],
  ["Restart", "karras"],
  ["DDIM", "ddim_uniform"],
  ["DDIM CFG++", "ddim_uniform"],
  ["PLMS", "ddim_uniform"],
  ["UniPC", "sgm_uniform"],
  ["LCM", undefined],
])('the web UI\'s "Automatic" of %s is %s', (sampler, spacing) => {
  expect(automaticSchedule(sampler)).toBe(spacing);
});

test("every class of diffusers that is read is a name too", () => {
  for (const name of Object.keys(schedulerClasses)) expect(samplerNamed(name).name).toBeDefined();
});

test("an unknown schedule is understood with the sampler before it", () => {
  expect(() => samplerNamed("DPM++ 2M Karas")).toThrow(
    expect.objectContaining({ hint: expect.stringContaining('did you mean "DPM++ 2M Karras"?') }),
  );
});

test("an option that a sampler does not take is refused", () => {
  expect(() => samplerNamed("plms").create({ eta: 0.5 })).toThrow('"plms" takes no option "eta"');
  expect(() => samplerNamed("ddim").create({ eta: 0.5 })).not.toThrow();
});
