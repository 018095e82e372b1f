"""Reference runs of diffusers' schedulers for options beyond the published reference data.

python bench/peers/schedulers.py > packages/aquatint/test/fixtures/scheduler-options.json
The start is randn of seed 100, [1, 4, 8, 8], times init_noise_sigma; noise is drawn from one generator of seed 7; the
"network" is factor * scaled_input * t / (t + 1), for a learned variance followed by its sine. A row of the trajectory
holds the first 6 elements of x, at the start and after each call of the scheduler.
"""
import json
import math
import sys
import warnings

import diffusers
import torch

warnings.filterwarnings("ignore")
diffusers.utils.logging.set_verbosity_error()
EULER, DDPM, DDIM = "EulerDiscreteScheduler", "DDPMScheduler", "DDIMScheduler"
MULTI, SINGLE = "DPMSolverMultistepScheduler", "DPMSolverSinglestepScheduler"
UNIPC, DEIS = "UniPCMultistepScheduler", "DEISMultistepScheduler"
FLOW, PNDM = "FlowMatchEulerDiscreteScheduler", "PNDMScheduler"
FLOWS = {"prediction_type": "flow_prediction", "use_flow_sigmas": True, "flow_shift": 3.0}
LATENT = {"beta_schedule": "scaled_linear", "beta_start": 0.00085, "beta_end": 0.012, "steps_offset": 1}
RUNS = [
    (DDPM, {"variance_type": "learned_range"}, 6, 1),
    (DDPM, {"variance_type": "learned_range", "clip_sample": False, "beta_schedule": "scaled_linear"}, 5, 1),
    (DDPM, {"variance_type": "fixed_small_log"}, 6, 1),
    (DDPM, {"thresholding": True, "sample_max_value": 2.0, "dynamic_thresholding_ratio": 0.9}, 6, 1),
    (DDIM, {"timestep_spacing": "linspace"}, 7, 1),
    (DDIM, {"clip_sample_range": 0.5, "beta_schedule": "squaredcos_cap_v2"}, 6, 1),
    (EULER, {"timestep_type": "continuous", "prediction_type": "v_prediction"}, 6, 1),
    (EULER, {"timestep_type": "continuous", "prediction_type": "v_prediction", "use_karras_sigmas": True}, 6, 1),
    (EULER, {"timestep_type": "continuous"}, 6, 1),
    (EULER, {"interpolation_type": "log_linear"}, 6, 1),
    (EULER, {"sigma_min": 0.1, "sigma_max": 10.0, "use_karras_sigmas": True}, 6, 1),
    (EULER, {"use_exponential_sigmas": True, "timestep_spacing": "trailing"}, 6, 1),
    (MULTI, FLOWS, 6, 0.5),
    (MULTI, {**FLOWS, "solver_order": 3, "final_sigmas_type": "sigma_min"}, 7, 0.5),
    (MULTI, {**FLOWS, "algorithm_type": "sde-dpmsolver++"}, 6, 0.5),
    (MULTI, {"lambda_min_clipped": -5.1, "beta_schedule": "squaredcos_cap_v2"}, 6, 1),
    (MULTI, {"use_lu_lambdas": True, "final_sigmas_type": "sigma_min"}, 6, 1),
    (MULTI, {"thresholding": True, "sample_max_value": 3.0}, 6, 1),
    (SINGLE, FLOWS, 6, 0.5),
    (SINGLE, {"lambda_min_clipped": -5.1, "beta_schedule": "squaredcos_cap_v2"}, 6, 1),
    (SINGLE, {"solver_order": 3, "algorithm_type": "dpmsolver", "final_sigmas_type": "sigma_min"}, 7, 1),
    (UNIPC, FLOWS, 6, 0.5),
    (UNIPC, {**FLOWS, "solver_order": 3, "final_sigmas_type": "sigma_min"}, 7, 0.5),
    (UNIPC, {"solver_order": 3, "solver_type": "bh1"}, 8, 1),
    (UNIPC, {"solver_order": 1}, 6, 1),
    (UNIPC, {"disable_corrector": [0, 1], "predict_x0": False, "final_sigmas_type": "sigma_min"}, 6, 1),
    (DEIS, FLOWS, 6, 0.5),
    (DEIS, {"solver_order": 3, "use_karras_sigmas": True}, 7, 1),
    (FLOW, {"shift": 3.0, "shift_terminal": 0.1}, 6, 0.5),
    (FLOW, {"use_karras_sigmas": True}, 6, 0.5),
    (FLOW, {"use_exponential_sigmas": True, "shift": 2.0}, 6, 0.5),
    (PNDM, {"set_alpha_to_one": True, "timestep_spacing": "trailing"}, 8, 1),
    (PNDM, {**LATENT, "prediction_type": "v_prediction", "skip_prk_steps": True}, 8, 1),
    (PNDM, {**LATENT, "prediction_type": "v_prediction"}, 6, 1),
]
FIRST = 6


def run(name, config, steps, factor):
    scheduler = getattr(diffusers, name).from_config(config)
    scheduler.set_timesteps(steps)
    scale = getattr(scheduler, "init_noise_sigma", 1.0)
    x = torch.randn(1, 4, 8, 8, generator=torch.Generator().manual_seed(100)) * float(scale)
    noise = torch.Generator().manual_seed(7)
    rows = [x]
    for t in scheduler.timesteps:
        scaled = scheduler.scale_model_input(x, t) if hasattr(scheduler, "scale_model_input") else x
        out = factor * scaled * t / (t + 1)
        if config.get("variance_type", "").startswith("learned"):
            out = torch.cat([out, torch.sin(3 * out)], dim=1)
        takes = "generator" in scheduler.step.__code__.co_varnames
        x = scheduler.step(out, t, x, **({"generator": noise} if takes else {})).prev_sample
        rows.append(x)
    return {
        "scheduler": name,
        "config": config,
        "steps": steps,
        "factor": factor,
        "timesteps": [round(float(t), 6) for t in scheduler.timesteps],
        "trajectory": [[float(f"{v:.7g}") for v in row.flatten()[:FIRST].tolist()] for row in rows],
    }


results = []
for case in RUNS:
    result = run(*case)
    if all(math.isfinite(v) for row in result["trajectory"] for v in row):
        results.append(result)
    else:  # no reference: diffusers loses it itself
        print(case[0], case[1], "is not finite", file=sys.stderr)
json.dump(results, sys.stdout)
