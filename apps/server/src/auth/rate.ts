import { RetryLater } from "../jobs/errors.ts";

/** Refuses who sends too many requests. */
export interface RateLimit {
  /** Counts a request. @throws RetryLater "request/rate". */
  count(key: string): void;
}

/** Keys that are remembered; the oldest are forgotten beyond. */
const MAX_KEYS = 10_000;

/** At most so many requests a minute of each key, in bursts too. No limit for 0. */
export function rateLimit(perMinute: number, now: () => number = Date.now): RateLimit {
  const buckets = new Map<string, { tokens: number; at: number }>();
  return {
    count(key) {
      if (perMinute <= 0) return;
      const time = now();
      const { tokens, at } = buckets.get(key) ?? { tokens: perMinute, at: time };
      const filled = Math.min(perMinute, tokens + ((time - at) / 60_000) * perMinute);
      buckets.delete(key);
      buckets.set(key, { tokens: Math.max(0, filled - 1), at: time });
      if (buckets.size > MAX_KEYS)
        for (const [oldest] of [...buckets].slice(0, buckets.size - MAX_KEYS)) buckets.delete(oldest);
      if (filled >= 1) return;
      const seconds = Math.ceil(((1 - filled) * 60) / perMinute);
      throw new RetryLater("request/rate", `more than ${perMinute} requests a minute`, seconds);
    },
  };
}
