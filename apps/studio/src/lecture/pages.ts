import type { LecturePage } from "./page.ts";

/** A page in the table of contents. */
export interface PageEntry {
  /** Its name in the address. */
  readonly name: string;
  /** The number of its topic, 1 to 10. */
  readonly number: number;
  readonly title: string;
  readonly load: () => Promise<{ readonly page: LecturePage }>;
}

/** Every page of the lecture, in order. docs/lecture-pages.md says how to add one. */
export const pages: readonly PageEntry[] = [
  { number: 1, name: "forward", title: "Adding noise", load: () => import("./pages/forward/index.ts") },
  { number: 2, name: "schedules", title: "Noise schedules", load: () => import("./pages/schedules/index.ts") },
  { number: 3, name: "reverse", title: "Removing noise", load: () => import("./pages/reverse/index.ts") },
  { number: 4, name: "elbo", title: "The objective", load: () => import("./pages/elbo/index.ts") },
  { number: 5, name: "unet", title: "The U-Net", load: () => import("./pages/unet/index.ts") },
  { number: 6, name: "sampling", title: "Sampling", load: () => import("./pages/sampling/index.ts") },
  { number: 7, name: "training", title: "Training", load: () => import("./pages/training/index.ts") },
  { number: 8, name: "comparison", title: "Diffusion, VAE, GAN", load: () => import("./pages/comparison/index.ts") },
  {
    number: 9,
    name: "stable-diffusion",
    title: "Stable Diffusion",
    load: () => import("./pages/stable-diffusion/index.ts"),
  },
  { number: 10, name: "video", title: "Video", load: () => import("./pages/video/index.ts") },
];
