"""Reference walks of k-diffusion's samplers, and the sigmas of its schedules, on Stable Diffusion's betas.

python bench/peers/sampler_walks.py > packages/aquatint/test/fixtures/k-diffusion.json   (pip install k-diffusion)
The "network" predicts noise as scaled_input * t / (t + 1), or v where "target" says so. The start is randn of seed 100,
[1, 4, 8, 8], times the first sigma; noise is drawn from one generator of seed 7. A row holds the first 3 elements of x
before each step, the last row those of the result. The web UI, ComfyUI and Forge define the sigmas that k-diffusion does
not; what they do is stated here in numbers, from their sources.
"""
import json
import math
import sys
import types

sys.modules["clip"] = types.ModuleType("clip")  # k-diffusion imports it for its evaluations, which are not made here

import k_diffusion.sampling as kd
import numpy as np
import torch
from k_diffusion.external import CompVisDenoiser, CompVisVDenoiser
from scipy.stats import beta

BETAS = torch.linspace(0.00085**0.5, 0.012**0.5, 1000, dtype=torch.float32) ** 2
FIRST = 3


class Model:
    """What k-diffusion's wrappers read of a CompVis model."""

    alphas_cumprod = torch.cumprod(1 - BETAS, 0)

    def apply_model(self, x, t, cond=None):
        return x * (t / (t + 1)).view(-1, 1, 1, 1)


# In float64: sums of values near 14.6 lose three digits in float32.
MODELS = {"epsilon": CompVisDenoiser(Model()).double(), "v_prediction": CompVisVDenoiser(Model()).double()}
MODEL = MODELS["epsilon"]
TABLE = MODEL.sigmas
LOW, HIGH = TABLE[0].item(), TABLE[-1].item()
AYS = {
    "sd15": [14.615, 6.475, 3.861, 2.697, 1.886, 1.396, 0.963, 0.652, 0.399, 0.152, 0.029],
    "sdxl": [14.615, 6.315, 3.771, 2.181, 1.342, 0.862, 0.555, 0.38, 0.234, 0.113, 0.029],
}


def zero(sigmas):
    return [float(s) for s in sigmas] + [0.0]


def at_times(times):
    return [MODEL.t_to_sigma(torch.as_tensor(t, dtype=torch.float32)).item() for t in times]


def log_linear(table, n):
    """n sigmas evenly along the table's logarithms, both ends among them; a single one is the largest (the web UI: smallest)."""
    places = np.linspace(0, len(table) - 1, n)
    return np.exp(np.interp(places, np.arange(len(table)), np.log(table)))


def atan_ramp(n):
    """n sigmas even in the angle, both ends among them."""
    u = np.arange(n) / max(n - 1, 1)
    return np.tan(u * math.atan(LOW) + (1 - u) * math.atan(HIGH))


def linear_quadratic(n):
    if n == 1:
        return [HIGH, 0.0]
    half = n // 2
    cut = 0.025
    excess = half - cut * n
    square = excess / (half * (n - half) ** 2)
    slope = cut / half - 2 * excess / (n - half) ** 2
    first = [i * cut / half for i in range(half)]
    then = [square * i * i + slope * i + square * half * half for i in range(half, n)]
    return [(1 - s) * HIGH for s in [*first, *then, 1.0]]


def beta_times(n):
    times = np.rint(beta.ppf(1 - np.linspace(0, 1, n, endpoint=False), 0.6, 0.6) * 999).astype(int)
    return list(dict.fromkeys(times.tolist()))


SCHEDULES = {
    "Karras": lambda n: kd.get_sigmas_karras(n, LOW, HIGH),
    "Exponential": lambda n: kd.get_sigmas_exponential(n, LOW, HIGH),
    "Polyexponential": lambda n: kd.get_sigmas_polyexponential(n, LOW, HIGH),
    "Normal": MODEL.get_sigmas,
    "Uniform": MODEL.get_sigmas,
    "Simple": lambda n: zero(TABLE[-(1 + int(i * (1000 / n)))] for i in range(n)),
    "SGM Uniform": lambda n: zero(at_times(torch.linspace(999, 0, n + 1)[:-1])),
    "DDIM": lambda n: zero(TABLE[i] for i in range(1, 1000, 1000 // n)[::-1]),
    "Beta": lambda n: zero(LOW + beta.ppf(p, 0.6, 0.6) * (HIGH - LOW) for p in 1 - np.linspace(0, 1, n)),
    "Beta ComfyUI": lambda n: zero(TABLE[i] for i in beta_times(n)),
    "KL Optimal": lambda n: atan_ramp(n + 1),
    "KL Optimal ComfyUI": lambda n: zero(atan_ramp(n)),
    "Align Your Steps": lambda n: zero(log_linear(AYS["sd15"], n)),
    "Align Your Steps XL": lambda n: zero(log_linear(AYS["sdxl"], n)),
    "AYS": lambda n: zero(log_linear(AYS["sd15"], n + 1)[:-1]),
    "AYS XL": lambda n: zero(log_linear(AYS["sdxl"], n + 1)[:-1]),
    "Linear Quadratic": linear_quadratic,
    "Turbo": lambda n: zero(TABLE[int(i)] for i in ((torch.arange(n, 0, -1) * (1000.0 / n)) - 1).round()),
}
SAMPLERS = {
    "Euler": (kd.sample_euler, {}),
    "Euler a": (kd.sample_euler_ancestral, {}),
    "Heun": (kd.sample_heun, {}),
    "LMS": (kd.sample_lms, {}),
    "DPM2": (kd.sample_dpm_2, {}),
    "DPM2 a": (kd.sample_dpm_2_ancestral, {}),
    "DPM++ 2S a": (kd.sample_dpmpp_2s_ancestral, {}),
    "DPM++ SDE": (kd.sample_dpmpp_sde, {}),
    "DPM++ 2M": (kd.sample_dpmpp_2m, {}),
    "DPM++ 2M SDE": (kd.sample_dpmpp_2m_sde, {"solver_type": "midpoint"}),
    "DPM++ 2M SDE Heun": (kd.sample_dpmpp_2m_sde, {"solver_type": "heun"}),
    "DPM++ 3M SDE": (kd.sample_dpmpp_3m_sde, {}),
}
# The web UI lays their schedule over one more step and leaves out its last sigma but one.
OPEN = {"DPM2", "DPM2 a", "DPM++ 3M SDE"}


def rounded(values):
    return [float(f"{float(v):.7g}") for v in values]


def walk(sampler, schedule, n, target="epsilon"):
    function, options = SAMPLERS[sampler]
    sigmas = torch.as_tensor(SCHEDULES[schedule](n + (sampler in OPEN)), dtype=torch.float64)
    if sampler in OPEN:
        sigmas = torch.cat([sigmas[:-2], sigmas[-1:]])
    x = torch.randn(1, 4, 8, 8, generator=torch.Generator().manual_seed(100)).double() * sigmas[0]
    stream = torch.Generator().manual_seed(7)
    if "noise_sampler" in function.__wrapped__.__code__.co_varnames:
        options = {**options, "noise_sampler": lambda *_: torch.randn(x.shape, generator=stream).double()}
    extra = {"cond": None} if target == "v_prediction" else {}
    rows = []
    end = function(MODELS[target], x, sigmas, disable=True, callback=lambda at: rows.append(at["x"]), extra_args=extra, **options)
    rows = [rounded(row.flatten()[:FIRST]) for row in [*rows, end]]
    return {"sampler": sampler, "schedule": schedule, "steps": n, "target": target, "rows": rows}


STEPS = [1, 2, 3, 5, 10, 20]
json.dump(
    {
        "sigmas": {name: {n: rounded(make(n)) for n in STEPS} for name, make in SCHEDULES.items()},
        "walks": [walk(s, schedule, 6) for s in SAMPLERS for schedule in ("Karras", "Exponential", "Normal")]
        + [walk(s, "KL Optimal", 5) for s in ("Euler", "DPM++ 2M", "DPM++ 2M SDE")]
        # k-diffusion's own 2M SDE and 3M SDE fail at a single step: their variable h is not set there
        + [walk(s, "Karras", n) for s in SAMPLERS for n in (1, 2) if n > 1 or not s.startswith(("DPM++ 2M S", "DPM++ 3M"))]
        + [walk(s, "Karras", 5, "v_prediction") for s in ("Euler a", "DPM++ 2M", "DPM++ SDE")],
    },
    sys.stdout,
    separators=(",", ":"),
)
