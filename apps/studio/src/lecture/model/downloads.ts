/** What the models of the page's host weigh, in MB of 10^6 bytes. */
export const downloads = { latent: 26, pixel: 7, compare: 2.3 } as const;

/** Says that a model is on its way, and how large it is. */
export const opening = (name: keyof typeof downloads, what = "The model is opened"): string =>
  `${what}: ${downloads[name]}\u00a0MB at the first visit.`;
