import { describe, expect, test } from "vitest";
import { programMenus } from "../../test/program-menus.ts";
import { folded } from "./program-names.ts";
import { samplerNamed, samplers } from "./registry.ts";
import type { SamplerEntry } from "./samplers/define-sampler.ts";

/** Menus of other programs: each name with the sampler that it is here and its schedule. */
const menus: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "the web UI's aliases": {
    ...{ k_euler_a: "euler-a", k_euler_ancestral: "euler-a", k_euler: "euler", k_lms: "lms", k_heun: "heun" },
    ...{ k_dpm_2: "dpm2", k_dpm_2_a: "dpm2-a", k_dpmpp_2s_a: "dpmpp-2s-a", k_dpmpp_2m: "dpmpp-2m" },
    ...{ k_dpmpp_sde: "dpmpp-sde", k_dpmpp_2m_sde: "dpmpp-2m-sde", k_dpmpp_2m_sde_heun: "dpmpp-2m-sde" },
    ...{ k_dpmpp_3m_sde: "dpmpp-3m-sde", k_dpm_fast: "dpm-3s exponential", k_dpmpp_2m_ka: "dpmpp-2m karras" },
    ...{ k_lms_ka: "lms karras", k_dpm_2_a_ka: "dpm2-a karras", "DPM++ 2M Karras": "dpmpp-2m karras" },
  },
  "ComfyUI, with schedules": {
    ...{ "euler sgm_uniform": "euler sgm_uniform", "euler ddim_uniform": "euler ddim_uniform" },
    ...{ "euler kl_optimal": "euler kl_optimal", "lcm sgm_uniform": "lcm sgm_uniform" },
    ...{ "euler normal": "euler uniform", "dpmpp_2m_sde_gpu karras": "dpmpp-2m-sde karras" },
    ...{ "euler beta": "euler beta", "euler simple": "euler simple", "seeds_3 beta": "seeds-3 beta" },
  },
  "stable-diffusion.cpp": {
    ...{
      euler_a: "euler-a",
      "dpm++2s_a": "dpmpp-2s-a",
      "dpm++2m": "dpmpp-2m",
      ddim_trailing: "ddim trailing",
      tcd: "tcd",
    },
    ...{ "euler_a karras": "euler-a karras", "euler discrete": "euler uniform", "dpm++2m ays": "dpmpp-2m ays" },
  },
  InvokeAI: {
    ...{ euler_k: "euler karras", dpmpp_2m_k: "dpmpp-2m karras", dpmpp_2m_sde_k: "dpmpp-2m-sde karras" },
    ...{ kdpm_2: "dpm2", kdpm_2_a: "dpm2-a", dpmpp_2s: "dpmpp-2s", unipc_k: "unipc karras", kdpm_2_k: "dpm2 karras" },
  },
  NovelAI: { k_dpmpp_2s_ancestral: "dpmpp-2s-a", "k_euler_ancestral karras": "euler-a karras", plms: "plms" },
  "Draw Things": {
    "Euler A": "euler-a",
    "DPM++ 2M AYS": "dpmpp-2m ays",
    "DPM++ SDE Karras": "dpmpp-sde karras",
    "UniPC Trailing": "unipc trailing",
  },
  diffusers: {
    EulerAncestralDiscreteScheduler: "euler-a",
    DPMSolverMultistep: "dpmpp-2m",
    KDPM2AncestralDiscreteScheduler: "dpm2-a",
  },
};

describe.each(Object.entries(menus))("%s", (_, menu) => {
  test.each(Object.entries(menu))("%s is %s", (name, expected) => {
    const [sampler, spacing] = expected.split(" ");
    const choice = samplerNamed(name);
    expect(choice.name).toBe(sampler);
    const same = samplerNamed(spacing === undefined ? sampler! : `${sampler} ${spacing}`);
    expect(choice.spacing === undefined).toBe(same.spacing === undefined);
  });
});

describe.each(programMenus)("the whole menu of $program", ({ names }) => {
  test.each(Object.entries(names))("%s is %s", (name, expected) => {
    if (expected !== undefined) expect(samplerNamed(name).name).toBe(expected);
    else expect(() => samplerNamed(name)).toThrow(`there is no sampler "${name}": it is `);
  });
});

test.each(["dpmpp_2m_sde_cfg_pp karras", "res_2s simple", "dpm++2mv2", "SASolverScheduler", "ddim_v3"])(
  "%s is another method, which the refusal names",
  (name) => {
    expect(() => samplerNamed(name)).toThrow(/^there is no sampler ".*": it is /);
  },
);

test("ComfyUI's uni_pc and the web UI's UniPC stay two variants, whatever schedule follows", () => {
  expect(samplerNamed("uni_pc").options).toEqual({ variant: "bh1" });
  expect(samplerNamed("uni_pc karras")).toMatchObject({ options: { variant: "bh1" }, schedule: "Karras" });
  expect(samplerNamed("UniPC Karras")).toMatchObject({ options: {}, schedule: "Karras" });
});

test("names that fold to one are one method, but for those two", () => {
  const methods = new Map<string, Set<string>>();
  for (const [name, { aliases }] of Object.entries<SamplerEntry>(samplers)) {
    for (const [alias, preset] of Object.entries({ [name]: {}, ...aliases })) {
      const method = JSON.stringify([name, preset]);
      methods.set(folded(alias), new Set([...(methods.get(folded(alias)) ?? []), method]));
    }
  }
  expect([...methods].filter(([, of]) => of.size > 1).map(([alias]) => alias)).toEqual(["unipc"]);
});
