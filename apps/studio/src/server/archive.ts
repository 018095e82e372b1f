import { AquatintError } from "aquatint";
import type { ArchivedImage, ImageArchive } from "../gallery/gallery-database.ts";
import { callJson, send } from "./call.ts";
import { createdAt, imageId, jobOf, listedRecipe, readFile, type ServerJob } from "./job.ts";
import { sessionStore } from "./session-store.ts";

/** Jobs that are listed at most: the server's own limit. */
const MAX_JOBS = 1000;
/** Milliseconds in which a removal can be undone. The server keeps no copy, so that it is told later. */
const UNDO_MS = 10_000;

/** The images that the server keeps for who is signed in. */
export function serverArchive(): ImageArchive {
  let jobs: ReadonlyMap<string, ServerJob> = new Map();
  /** Removals that can be undone, by their jobs. */
  const removals = new Map<string, ReturnType<typeof setTimeout>>();
  const filesOf = (id: string) => jobs.get(jobOf(id))?.files ?? [];
  const removeNow = (job: string): void => {
    clearTimeout(removals.get(job));
    const session = sessionStore.get();
    const token = session.status === "signed-in" ? session.account.token : undefined;
    send(`v1/jobs/${job}`, token, { method: "DELETE", keepalive: true })
      .catch(() => {}) // the next list shows it again
      .finally(() => removals.delete(job));
  };
  addEventListener("pagehide", () => {
    for (const job of removals.keys()) removeNow(job);
  });
  const found = async (id: string): Promise<ServerJob> =>
    jobs.get(jobOf(id)) ?? (await callJson<ServerJob>(`v1/jobs/${jobOf(id)}`));
  return {
    async all() {
      const { jobs: list } = await callJson<{ readonly jobs: readonly ServerJob[] }>(`v1/jobs?limit=${MAX_JOBS}`);
      const done = list.filter(({ id, files }) => files.length > 0 && !removals.has(id)).toReversed();
      jobs = new Map(done.map((job) => [job.id, job]));
      return done.flatMap(imagesOf);
    },
    async read(id) {
      return readFile(await found(id), Number(id.split("/")[1] ?? 0));
    },
    async put({ id }) {
      clearTimeout(removals.get(jobOf(id)));
      removals.delete(jobOf(id));
    },
    mark: () => Promise.reject(new AquatintError("server/favorites", "the server marks no favorites")),
    async remove(id) {
      const job = jobOf(id);
      if (!removals.has(job))
        removals.set(
          job,
          setTimeout(() => removeNow(job), UNDO_MS),
        );
    },
    together: (ids) =>
      new Set(Array.from(ids).flatMap((id) => [id, ...filesOf(id).map((_, i) => imageId(jobOf(id), i))])),
    problem: (error) =>
      `The images on the server could not be read: ${error instanceof Error ? error.message : String(error)}.`,
  };
}

/** What of a job is an image that browsers show. */
function imagesOf(job: ServerJob): readonly ArchivedImage[] {
  return job.files.flatMap(({ type }, index) =>
    type.startsWith("image/")
      ? [
          {
            ...{ id: imageId(job.id, index), created: createdAt(job, index), favorite: false },
            recipe: listedRecipe(job, index),
          },
        ]
      : [],
  );
}
