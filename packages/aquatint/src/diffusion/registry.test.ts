import { expect, test } from "vitest";
import { programMenus } from "../../test/program-menus.ts";
import { AquatintError } from "../errors.ts";
import { readFields } from "../util/fields.ts";
import { schedulerClasses } from "./diffusers/classes.ts";
import type { SchedulerClass } from "./diffusers/fields.ts";
import { linear } from "./process/schedules.ts";
import { automaticSchedule, samplerNamed, samplers, scheduleWords } from "./registry.ts";
import type { SamplerEntry } from "./samplers/define-sampler.ts";
import { dropLast } from "./spacing/spacing.ts";
import { spacings } from "./spacing/spacings.ts";

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
  expect(thrown("bogosort").hint).toMatch(/^the samplers are ddim, .*tcd, unipc$/);
  expect(thrown("constructor").code).toBe("sampler/unknown");
});

const [webui] = programMenus;

test.each(Object.entries(webui?.names ?? {}))(
  "%s of the web UI is %s, with and without a schedule after it",
  (alias, name) => {
    expect(samplerNamed(alias).name).toBe(name);
    for (const [word, spacing] of Object.entries(scheduleWords)) {
      const choice = samplerNamed(`${alias} ${word}`);
      expect(choice).toMatchObject({ name, options: samplerNamed(alias).options });
      const inner = spacings[spacing]({});
      const expected = choice.entry.dropLast ? dropLast(inner) : inner;
      expect(choice.spacing!(linear(), 9)).toEqual(expected(linear(), 9));
    }
  },
);

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

test("every class of diffusers that is read is a name too, of the sampler that its configuration chooses", () => {
  for (const [name, { settings, fields }] of Object.entries<SchedulerClass>(schedulerClasses)) {
    const { sampler } = settings(readFields(fields, {}, ({ path }) => new Error(path)));
    expect(samplerNamed(name).name).toBe(sampler.name);
  }
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

test.each([
  ["churn", -1, "0 or more"],
  ["churn", Number.NaN, "0 or more"],
  ["coordinates", "straight", "variance-exploding, flow-matching"],
])("the value of an option that is out of range is refused: %s %s", (option, value, values) => {
  expect(() => samplerNamed("heun").create({ [option]: value })).toThrow(
    expect.objectContaining({ code: "sampler/option", message: expect.stringContaining(`expected ${values}`) }),
  );
});

test("a sampler's declaration has a sentence and a default that it accepts for every option", () => {
  for (const [name, { options }] of entries) {
    for (const [option, { about, standard, standardText, accepts }] of Object.entries(options)) {
      expect(about, `${name} ${option}`).toMatch(/^[A-Z].*\.$/);
      expect(standard === undefined ? standardText : accepts(standard), `${name} ${option}`).toBeTruthy();
    }
  }
});
