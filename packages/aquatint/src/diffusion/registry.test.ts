import { expect, test } from "vitest";
import { AquatintError } from "../errors.ts";
import { type SamplerEntry, samplerNamed, samplers } from "./registry.ts";

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
  expect(thrown("bogosort").hint).toMatch(/^the samplers are ddpm, ddim, .*tcd/);
  expect(thrown("constructor").code).toBe("sampler/unknown");
});

test("an option that a sampler does not take is refused", () => {
  expect(() => samplerNamed("plms").create({ eta: 0.5 })).toThrow('"plms" takes no option "eta"');
  expect(() => samplerNamed("ddim").create({ eta: 0.5 })).not.toThrow();
});
