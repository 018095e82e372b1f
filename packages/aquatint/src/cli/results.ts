import type { Io } from "./io.ts";
import { type Notice, noticeText } from "./options/memory.ts";
import type { Progress } from "./terminal/progress.ts";

/** An image or a clip that a command wrote: what --json says of it, and what a person reads. */
export interface CommandResult<Entry> {
  readonly entry: Entry;
  readonly report: string;
}

/** Writes each report as its result comes; in JSON, one object with the list `name` and the seconds that it took. */
export async function writeResults<Entry>(
  results: AsyncIterable<CommandResult<Entry>>,
  { name, json, io }: { readonly name: string; readonly json: boolean | undefined; readonly io: Io },
): Promise<void> {
  const start = performance.now();
  const entries: Entry[] = [];
  for await (const { entry, report } of results) {
    entries.push(entry);
    if (!json) io.stdout.write(report);
  }
  const seconds = Math.round(performance.now() - start) / 1000;
  if (json) io.stdout.write(`${JSON.stringify({ [name]: entries, seconds })}\n`);
}

/** The events of images or clips; notices among them go to stderr, where the progress makes room. */
export async function* withoutNotices<Event extends { readonly type: string }>(
  events: AsyncIterable<Event | Notice>,
  { progress, io }: { readonly progress: Progress; readonly io: Io },
): AsyncGenerator<Exclude<Event, Notice>> {
  for await (const event of events) {
    if (event.type !== "retry" && event.type !== "packed") yield event as Exclude<Event, Notice>;
    else {
      progress.hide();
      io.stderr.write(noticeText(event as Notice));
    }
  }
}
