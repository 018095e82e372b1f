import type { ReactNode } from "react";

/** Lines of the page's icons, on a square of 20. */
const paths = {
  sparkle: "M10 2.5v15M2.5 10h15M5 5l10 10M15 5 5 15",
  download: "M10 3v10m0 0 4-4m-4 4L6 9M3.5 16.5h13",
  heart:
    "M10 16.5S3 12.4 3 7.6C3 5.2 4.8 3.5 7 3.5c1.3 0 2.4.6 3 1.7.6-1.1 1.7-1.7 3-1.7 2.2 0 4 1.7 4 4.1 0 4.8-7 8.9-7 8.9Z",
  trash: "M4 5.5h12M8 5.5V3.5h4v2M5.5 5.5l.7 11h7.6l.7-11",
  link: "M8.5 11.5a3 3 0 0 0 4.2 0l3-3a3 3 0 0 0-4.2-4.2l-1 1M11.5 8.5a3 3 0 0 0-4.2 0l-3 3a3 3 0 0 0 4.2 4.2l1-1",
  dice: "M4 4h12v12H4zM7.3 7.3h.01M12.7 7.3h.01M7.3 12.7h.01M12.7 12.7h.01M10 10h.01",
  lock: "M5 9h10v7.5H5zM7 9V6.5a3 3 0 0 1 6 0V9",
  unlock: "M5 9h10v7.5H5zM7 9V6.5a3 3 0 0 1 5.8-1",
  sliders: "M3 6h8m4 0h2M3 14h2m4 0h8M13 4v4M7 12v4",
  close: "m5 5 10 10M15 5 5 15",
  image: "M3 4h14v12H3zM3 13l4-4 4 4 2-2 4 4M13 7.5h.01",
  brush: "M16.5 3.5 9 11M9 11c-2.5-.5-4 1-4 3 0 1-.7 1.8-2 2 3 1 7 .5 7.5-3.5L9 11Z",
  undo: "M4 8h8a4 4 0 0 1 0 8H8M4 8l3.5-3.5M4 8l3.5 3.5",
  invert: "M10 3a7 7 0 1 0 0 14ZM10 3a7 7 0 0 1 0 14",
  compare: "M10 2.5v15M3 5h4.5v10H3M12.5 5H17v10h-4.5",
  variations: "M3 3h6v6H3zM11 3h6v6h-6zM3 11h6v6H3zM11 11h6v6h-6z",
  reset: "M15.5 6.5A6.5 6.5 0 1 0 16.5 10M16 3v4h-4",
  search: "M9 3.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11ZM13 13l4 4",
  archive: "M3 4h14v3.5H3zM4 7.5h12v9H4zM8 10.5h4",
  keyboard: "M2.5 5.5h15v9h-15zM5.5 8.5h.01M8.5 8.5h.01M11.5 8.5h.01M14.5 8.5h.01M6.5 11.5h7",
  sun: "M10 6.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7ZM10 2v2M10 16v2M2 10h2M16 10h2M4.3 4.3l1.5 1.5M14.2 14.2l1.5 1.5M4.3 15.7l1.5-1.5M14.2 5.8l1.5-1.5",
  check: "m4.5 10.5 3.5 3.5 7.5-8",
  chevron: "m5.5 8 4.5 4.5L14.5 8",
  more: "M4.5 10h.01M10 10h.01M15.5 10h.01",
  stop: "M5.5 5.5h9v9h-9z",
  warning: "M10 3 18 16.5H2ZM10 8v4M10 14.3h.01",
  film: "M3 4.5h14v11H3zM6.5 4.5v11M13.5 4.5v11M3 8.2h3.5M3 11.8h3.5M13.5 8.2H17M13.5 11.8H17",
  play: "M6.5 4v12l9-6Z",
  pause: "M6.5 4.5v11M13.5 4.5v11",
  expand: "M7 3.5H3.5V7M13 3.5h3.5V7M7 16.5H3.5V13M13 16.5h3.5V13M7.5 7.5h5v5h-5z",
  palette:
    "M10 3a7 7 0 1 0 0 14c1 0 1.5-.7 1.5-1.5 0-1-.8-1.2-.8-2 0-.7.5-1 1.3-1H14a3 3 0 0 0 3-3C17 5.7 13.9 3 10 3ZM6.5 9.5h.01M9 6.5h.01M13 7.5h.01",
  plus: "M10 4v12M4 10h12",
  printer: "M6 7V3.5h8V7M6 14H3.5V7h13v7H14M6 11.5h8v5H6z",
  back: "M16 10H4m0 0 5-5m-5 5 5 5",
  forward: "M4 10h12m0 0-5-5m5 5-5 5",
  camera: "M3 6h3.5L8 4h4l1.500 2H17v10H3zM10 8a3 3 0 1 0 0 6 3 3 0 0 0 0-6Z",
  copy: "M7 7h9.5v9.5H7zM13 7V3.5H3.5V13H7",
} as const;

/** The name of an icon. */
export type IconName = keyof typeof paths;

/** An icon in the color of its text; it says nothing to a screen reader. */
export const Icon = ({ name, filled = false }: { readonly name: IconName; readonly filled?: boolean }): ReactNode => (
  <svg className="icon" viewBox="0 0 20 20" aria-hidden="true" data-filled={filled || undefined}>
    <path d={paths[name]} />
  </svg>
);
