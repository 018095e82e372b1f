import { createHash } from "node:crypto";
import PgBoss from "pg-boss";
import { bossDb, type Database, type Sql } from "./database.ts";

/** pg-boss, whose queues hold the ids of waiting and running jobs: one queue a model. */
export interface Boss extends AsyncDisposable {
  /** The queue of a model, made where it is new. */
  queueOf(model: string): Promise<string>;
  /** Adds a job; jobs of a lower turn go first. */
  add(sql: Sql, job: { readonly id: string; readonly queue: string; readonly turn: number }): Promise<void>;
  /** Takes the next job of a queue; undefined where there is none. */
  take(sql: Sql, queue: string): Promise<string | undefined>;
  /** Fails a job back into its queue; true if it will run again. */
  fail(sql: Sql, job: { readonly id: string; readonly queue: string }, reason: string): Promise<boolean>;
  /** Removes a job that is done with. */
  remove(sql: Sql, job: { readonly id: string; readonly queue: string }): Promise<void>;
}

/** Runs of a job at most after its worker was lost. */
const RETRIES = 1;
/** pg-boss's own limit of a run: the leases of jobs end long before. */
const EXPIRE_HOURS = 23;

/** Starts pg-boss on the database. `onError` gets what its maintenance fails with. */
export async function openBoss(database: Database, onError: (error: Error) => void): Promise<Boss> {
  const boss = new PgBoss({ db: bossDb(database), schedule: false });
  boss.on("error", onError);
  await boss.start();
  const queues = new Map<string, Promise<string>>();
  const create = async (model: string): Promise<string> => {
    const name = `model-${createHash("sha256").update(model).digest("hex").slice(0, 24)}`;
    await boss.createQueue(name, { name, retryLimit: RETRIES });
    return name;
  };
  return {
    queueOf(model) {
      const queue = queues.get(model) ?? create(model);
      queues.set(model, queue);
      queue.catch(() => queues.delete(model));
      return queue;
    },
    async add(sql, { id, queue, turn }) {
      const options = { id, priority: -turn, retryLimit: RETRIES, expireInHours: EXPIRE_HOURS };
      await boss.send(queue, {}, { ...options, db: bossDb(sql) });
    },
    async take(sql, queue) {
      const [job] = await boss.fetch(queue, { batchSize: 1, db: bossDb(sql) });
      return job?.id;
    },
    async fail(sql, { id, queue }, reason) {
      await boss.fail(queue, id, { reason }, { db: bossDb(sql) });
      const job = await boss.getJobById(queue, id, { db: bossDb(sql), includeArchive: false });
      return job?.state === "retry";
    },
    async remove(sql, { id, queue }) {
      await boss.deleteJob(queue, id, { db: bossDb(sql) });
    },
    async [Symbol.asyncDispose]() {
      await boss.stop({ graceful: false, close: false });
    },
  };
}
