import { kindNamed } from "../../jobs/kinds/index.ts";
import type { JobUpdate } from "../../jobs/service.ts";
import { filesOf, type Job } from "../../jobs/types.ts";

/** A job in an answer. */
export function jobJson({ job, estimate }: JobUpdate) {
  const { id, kind, model, state, attempts, progress, result, favorites, error } = job;
  return {
    ...{ id, kind, model, state, attempts },
    createdAt: job.createdAt.toISOString(),
    startedAt: job.startedAt?.toISOString() ?? null,
    finishedAt: job.finishedAt?.toISOString() ?? null,
    position: estimate?.position ?? null,
    startsIn: rounded(estimate?.startsIn),
    doneIn: rounded(estimate?.doneIn),
    progress: progress && {
      image: progress.image,
      images: progress.images,
      step: progress.step,
      steps: progress.steps,
    },
    request: withoutImages(job),
    files: filesOf(job).map(({ key, ...file }, i) => ({
      url: `/v1/jobs/${id}/files/${i}`,
      ...file,
      favorite: favorites.includes(i),
    })),
    interrupted: result?.interrupted ?? false,
    error: error ?? null,
  };
}

const rounded = (seconds: number | undefined): number | null =>
  seconds === undefined ? null : Math.round(10 * seconds) / 10;

/** Keys of the file store are no part of the request. */
function withoutImages({ kind, request }: Job): Record<string, unknown> {
  const fields = new Set(kindNamed(kind).images.map((path) => path.split(".")[0]));
  return Object.fromEntries(Object.entries(request).filter(([key]) => !fields.has(key)));
}
