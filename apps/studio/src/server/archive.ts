import { AquatintError } from "aquatint";
import type { ArchivedImage, ImageArchive } from "../gallery/gallery-database.ts";
import { call, callJson } from "./call.ts";
import { createdAt, imageId, jobOf, listedRecipe, numberOf, readFile, type ServerJob } from "./job.ts";
import { serverRemovals } from "./removals.ts";
import type { Account } from "./session-store.ts";

/** Jobs that are listed at most: the server's own limit. */
const MAX_JOBS = 1000;
/** Longer side of the images of lists, in pixels: a card on a screen with twice the density. */
const THUMBNAIL = 448;

/** The images that the server keeps for who is signed in. */
export function serverArchive(account: Account): ImageArchive {
  let jobs: ReadonlyMap<string, ServerJob> = new Map();
  const removals = serverRemovals(account);
  const filesOf = (id: string) => jobs.get(jobOf(id))?.files ?? [];
  const jobNamed = async (id: string): Promise<ServerJob> =>
    jobs.get(jobOf(id)) ?? (await callJson<ServerJob>(`v1/jobs/${jobOf(id)}`));
  return {
    async all() {
      const { jobs: list } = await callJson<{ readonly jobs: readonly ServerJob[] }>(`v1/jobs?limit=${MAX_JOBS}`);
      const done = list.filter(({ id, files }) => files.length > 0 && !removals.has(id)).toReversed();
      jobs = new Map(done.map((job) => [job.id, job]));
      return done.flatMap(imagesOf);
    },
    async read(id) {
      return readFile(await jobNamed(id), numberOf(id));
    },
    thumbnail: async (id) =>
      (await call(`v1/jobs/${jobOf(id)}/files/${numberOf(id)}/thumbnail?size=${THUMBNAIL}`)).blob(),
    async put({ id }) {
      if (removals.undo(jobOf(id))) return;
      throw new AquatintError("server/removed", "the server has deleted the image already");
    },
    async mark(id, favorite) {
      await call(`v1/jobs/${jobOf(id)}/files/${numberOf(id)}/favorite`, {
        method: "PUT",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ favorite }),
      });
    },
    remove: async (id) => removals.add(jobOf(id)),
    withSiblings: (ids) =>
      new Set(Array.from(ids).flatMap((id) => [id, ...filesOf(id).map((_, i) => imageId(jobOf(id), i))])),
    problem: (error) =>
      `The server could not do that with its images: ${error instanceof Error ? error.message : String(error)}.`,
  };
}

/** What of a job is an image that browsers show. */
function imagesOf(job: ServerJob): readonly ArchivedImage[] {
  return job.files.flatMap(({ type, favorite }, index) =>
    type.startsWith("image/")
      ? [
          {
            ...{ id: imageId(job.id, index), created: createdAt(job, index), favorite },
            recipe: listedRecipe(job, index),
          },
        ]
      : [],
  );
}
