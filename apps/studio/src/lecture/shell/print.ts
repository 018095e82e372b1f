import { busyStore, printStore } from "../figure/Figure.tsx";

/** Frames after which a figure that computes has said so. */
const frame = () => new Promise<void>((resolve) => requestAnimationFrame(() => resolve()));

/** Milliseconds after which the page is printed as it is: a bound over many images takes minutes. */
const LONGEST = 8000;

/** Lets every figure of the page compute, and prints it. */
export async function printPage(): Promise<void> {
  printStore.set(true);
  const end = performance.now() + LONGEST;
  for (let i = 0; i < 5; i++) await frame();
  while (busyStore.get().size > 0 && performance.now() < end) await frame();
  for (let i = 0; i < 5; i++) await frame();
  print();
  printStore.set(false);
}
