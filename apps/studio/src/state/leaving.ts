const reasons = new Set<object>();
const ask = (event: Event) => event.preventDefault();

/** Has the browser ask before the page is left, for as long as there is a reason. It listens only then: some browsers keep no page in their cache that always does. */
export function askBeforeLeaving(reason: object, isReason: boolean): void {
  reasons[isReason ? "add" : "delete"](reason);
  if (reasons.size > 0) addEventListener("beforeunload", ask);
  else removeEventListener("beforeunload", ask);
}
