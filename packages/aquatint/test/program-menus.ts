/** A program's menu of samplers. */
export interface ProgramMenu {
  readonly program: string;
  /** Where its list is. */
  readonly source: string;
  /** Every name of the list, with the sampler that it is here; undefined where the name is refused. */
  readonly names: Readonly<Record<string, string | undefined>>;
}

/** The web UI's samplers of k-diffusion, of timesteps, and LCM. */
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
  "DPM adaptive": "dpm-adaptive",
  Restart: "restart",
  DDIM: "ddim",
  "DDIM CFG++": "ddim-cfgpp",
  PLMS: "plms",
  UniPC: "unipc",
  LCM: "lcm",
};

/** The whole menus of samplers of the programs whose names are taken. */
export const programMenus: readonly ProgramMenu[] = [
  {
    program: "AUTOMATIC1111",
    source: "modules/sd_samplers_kdiffusion.py, sd_samplers_timesteps.py and sd_samplers_lcm.py of 1.10",
    names: webui,
  },
  {
    program: "Forge",
    source: "the same files and modules_forge/alter_samplers.py of June 2025",
    names: { ...webui, HeunPP2: "heunpp2", IPNDM: "ipndm", IPNDM_V: "ipndm-v", DEIS: "deis", DDPM: "ddpm" },
  },
  {
    program: "ComfyUI",
    source: "KSAMPLER_NAMES and SAMPLER_NAMES of comfy/samplers.py",
    names: {
      euler: "euler",
      euler_cfg_pp: "euler-cfgpp",
      euler_ancestral: "euler-a",
      euler_ancestral_cfg_pp: "euler-cfgpp",
      heun: "heun",
      heunpp2: "heunpp2",
      exp_heun_2_x0: "seeds-2",
      exp_heun_2_x0_sde: "seeds-2",
      dpm_2: "dpm2",
      dpm_2_ancestral: "dpm2-a",
      lms: "lms",
      dpm_fast: "dpm-3s",
      dpm_adaptive: "dpm-adaptive",
      dpmpp_2s_ancestral: "dpmpp-2s-a",
      dpmpp_2s_ancestral_cfg_pp: "dpmpp-2s-a-cfgpp",
      dpmpp_sde: "dpmpp-sde",
      dpmpp_sde_gpu: "dpmpp-sde",
      dpmpp_2m: "dpmpp-2m",
      dpmpp_2m_cfg_pp: "dpmpp-2m-cfgpp",
      dpmpp_2m_sde: "dpmpp-2m-sde",
      dpmpp_2m_sde_gpu: "dpmpp-2m-sde",
      dpmpp_2m_sde_heun: "dpmpp-2m-sde",
      dpmpp_2m_sde_heun_gpu: "dpmpp-2m-sde",
      dpmpp_3m_sde: "dpmpp-3m-sde",
      dpmpp_3m_sde_gpu: "dpmpp-3m-sde",
      ddpm: "ddpm",
      lcm: "lcm",
      ipndm: "ipndm",
      ipndm_v: "ipndm-v",
      deis: "deis",
      res_multistep: "dpmpp-2m",
      res_multistep_cfg_pp: "res-multistep-cfgpp",
      res_multistep_ancestral: "res-multistep-a",
      res_multistep_ancestral_cfg_pp: "res-multistep-cfgpp",
      gradient_estimation: "gradient-estimation",
      gradient_estimation_cfg_pp: "gradient-estimation-cfgpp",
      er_sde: "er-sde",
      seeds_2: "seeds-2",
      seeds_3: "seeds-3",
      sa_solver: "sa-solver",
      sa_solver_pece: "sa-solver",
      ddim: "ddim",
      uni_pc: "unipc",
      uni_pc_bh2: "unipc",
    },
  },
];
