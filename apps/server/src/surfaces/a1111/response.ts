import type { Job } from "../../jobs/types.ts";
import { version } from "../../version.ts";
import type { SharedBody } from "./request.ts";

/** "YYYYMMDDHHMMSS", in UTC. */
export const timestamp = (date: Date): string => date.toISOString().replace(/\D/g, "").slice(0, 14);

/** The JSON of `info`: what was drawn, with the settings of every image as its file has them. */
export function infoJson(job: Job, body: SharedBody): string {
  const { request, result } = job;
  const files = result?.files ?? [];
  const seeds = files.map(({ seed }) => Number(seed));
  const hash = result?.modelHash?.slice(0, 10);
  return JSON.stringify({
    ...promptsOf(body, files.length),
    seed: seeds[0] ?? Number(request["seed"]),
    all_seeds: seeds,
    subseed: seeds[0] ?? -1,
    all_subseeds: seeds,
    subseed_strength: 0,
    width: files[0]?.width ?? body.width,
    height: files[0]?.height ?? body.height,
    sampler_name: body.sampler_name ?? body.sampler_index ?? "Euler",
    cfg_scale: body.cfg_scale,
    steps: body.steps,
    batch_size: body.batch_size,
    restore_faces: false,
    face_restoration_model: null,
    sd_model_name: job.model,
    sd_model_hash: hash ?? "",
    sd_vae_name: request["vae"] ?? null,
    sd_vae_hash: null,
    seed_resize_from_w: -1,
    seed_resize_from_h: -1,
    denoising_strength: strengthOf(request),
    extra_generation_params: {},
    index_of_first_image: 0,
    infotexts: files.map(({ infotext }) => infotext),
    styles: [],
    job_timestamp: timestamp(job.createdAt),
    clip_skip: Number(request["clipSkip"] ?? 0) + 1,
    is_using_inpainting_conditioning: false,
    version: `aquatint ${version}`,
  });
}

const strengthOf = ({ strength, hires }: Job["request"]): unknown =>
  strength ?? (hires as { readonly strength?: number } | undefined)?.strength ?? null;

const promptsOf = ({ prompt, negative_prompt }: SharedBody, count: number) => ({
  prompt,
  all_prompts: Array(count).fill(prompt),
  negative_prompt,
  all_negative_prompts: Array(count).fill(negative_prompt),
});
