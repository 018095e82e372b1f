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

/** Shows the figure whose state the address holds, where it is that of one figure alone. */
export function showLinkedFigure(): void {
  const ids = new Set(Object.keys(addressStore.get().values).flatMap((key) => key.split(".").slice(0, -1)));
  if (ids.size !== 1) return;
  const [id] = ids;
  const figures = document.querySelectorAll<HTMLElement>("[data-figure]");
  const linked = [...figures].find(({ dataset }) => dataset["figure"] === id);
  requestAnimationFrame(() => linked?.scrollIntoView({ behavior: "instant", block: "start" }));
}

/** The step that the address names, or the one that is read where the visitor has scrolled away from it. */
function currentStep(values: Readonly<Record<string, string>>): number {
  const boxes = Array.from(document.querySelectorAll("[data-step]"), (section) => section.getBoundingClientRect());
  const linked = stepOf(values, boxes.length);
  const box = boxes[linked - 1];
  const isShown = box !== undefined && box.bottom > 0 && box.top < innerHeight;
  return isShown ? linked : Math.max(1, boxes.filter(({ top }) => top < innerHeight / 2).length);
}

/** Goes to the next step, or the one before; over the end of a page to its neighbor, and from both ends of the lecture to its contents. */
export function advance(direction: 1 | -1): void {
  const { page, values } = addressStore.get();
  const count = document.querySelectorAll("[data-step]").length;
  const step = currentStep(values) + direction;
  if (step >= 1 && step <= count) {
    showStep(step);
    return;
  }
  const neighbor = pages[pages.findIndex(({ name }) => name === page) + direction];
  if (neighbor || page !== "") openPage(neighbor?.name ?? "");
  scrollTo({ top: 0, behavior: "instant" });
}
