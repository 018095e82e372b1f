import { AquatintError } from "aquatint";
import type { ArchivedImage, ImageArchive } from "../gallery/gallery-database.ts";
import { call, callJson, send } from "./call.ts";
import { createdAt, imageId, jobOf, listedRecipe, numberOf, readFile, type ServerJob } from "./job.ts";
import { sessionStore } from "./session-store.ts";

/** Jobs that are listed at most: the server's own limit. */
const MAX_JOBS = 1000;
/** Milliseconds in which a removal can be undone. The server keeps no copy, so that it is told later. */
const UNDO_MS = 10_000;

/** A removal that the server has not been told of. */
interface Removal {
  readonly timer: ReturnType<typeof setTimeout>;
  /** Whose image it is: somebody else may sign in meanwhile. */
  readonly token: string | undefined;
}

/** The images that the server keeps for who is signed in. */
export function serverArchive(): ImageArchive {
  let jobs: ReadonlyMap<string, ServerJob> = new Map();
  /** Removals that can be undone, by their jobs. */
  const removals = new Map<string, Removal>();
  const removed = new Set<string>();
  const filesOf = (id: string) => jobs.get(jobOf(id))?.files ?? [];
  const removeNow = (job: string): void => {
    const { timer, token } = removals.get(job) ?? {};
    clearTimeout(timer);
    removals.delete(job);
    removed.add(job);
    send(`v1/jobs/${job}`, token, { method: "DELETE", keepalive: true }).catch(() => removed.delete(job)); // the next list has it
  };
  addEventListener("pagehide", () => {
    for (const job of removals.keys()) removeNow(job);
  });
  const jobNamed = async (id: string): Promise<ServerJob> =>
    jobs.get(jobOf(id)) ?? (await callJson<ServerJob>(`v1/jobs/${jobOf(id)}`));
  return {
    async all() {
      const { jobs: list } = await callJson<{ readonly jobs: readonly ServerJob[] }>(`v1/jobs?limit=${MAX_JOBS}`);
      const done = list
        .filter(({ id, files }) => files.length > 0 && !removals.has(id) && !removed.has(id))
        .toReversed();
      jobs = new Map(done.map((job) => [job.id, job]));
      return done.flatMap(imagesOf);
    },
    async read(id) {
      return readFile(await jobNamed(id), numberOf(id));
    },
    async put({ id }) {
      const job = jobOf(id);
      if (removed.has(job)) throw new AquatintError("server/removed", "the server has deleted the image already");
      clearTimeout(removals.get(job)?.timer);
      removals.delete(job);
    },
    async mark(id, favorite) {
      await call(`v1/jobs/${jobOf(id)}/files/${numberOf(id)}/favorite`, {
        method: "PUT",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ favorite }),
      });
    },
    async remove(id) {
      const job = jobOf(id);
      if (removals.has(job)) return;
      const session = sessionStore.get();
      const token = session.status === "signed-in" ? session.account.token : undefined;
      removals.set(job, { timer: setTimeout(() => removeNow(job), UNDO_MS), token });
    },
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
