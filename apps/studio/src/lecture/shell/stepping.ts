import { addressStore, changeValue, openPage } from "../link/link-store.ts";
import { pages } from "../pages.ts";

/** The step that the address names, from 1; 1 without one. */
export function stepOf(values: Readonly<Record<string, string>>, count: number): number {
  const step = Number(values["step"] ?? 1);
  return Number.isInteger(step) && step >= 1 ? Math.min(step, Math.max(count, 1)) : 1;
}

/** Shows a step of the open page. */
export function showStep(step: number): void {
  changeValue("step", step === 1 ? undefined : String(step));
  const section = document.querySelector<HTMLElement>(`[data-step="${step}"]`);
  const behavior = matchMedia("(prefers-reduced-motion: reduce)").matches ? "instant" : "smooth";
  // a step that was not shown yet has its place after the next frame
  requestAnimationFrame(() => section?.scrollIntoView({ behavior, block: "start" }));
}

/** Goes to the next step, or the one before; over the end of a page to its neighbor. */
export function advance(direction: 1 | -1): void {
  const { page, values } = addressStore.get();
  const count = document.querySelectorAll("[data-step]").length;
  const step = stepOf(values, count) + direction;
  if (step >= 1 && step <= count) {
    showStep(step);
    return;
  }
  const neighbor = pages[pages.findIndex(({ name }) => name === page) + direction];
  if (neighbor) openPage(neighbor.name);
  else if (direction === -1 && page !== "") openPage("");
  scrollTo({ top: 0, behavior: "instant" });
}
