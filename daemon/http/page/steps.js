// steps.js -- a view's steps as the page needs them: each required step with the next one and what lies between.
import { wilson } from "./statistics.js";

/* Every step in funnel order: {step, next}: next is the required one after it, null for optional steps and the last. */
export function walk(view) {
  const required = view.steps.filter((step) => !step.optional);
  return view.steps.map((step) => {
    const at = required.indexOf(step);
    return { step, next: at < 0 ? null : (required[at + 1] ?? null) };
  });
}

/* From one required step to the next: the conversion, how far chance may have moved it, and where the others are. */
export function transition(step, next) {
  return { conversion: next.conversion, chance: wilson(next.reached, step.reached), matured: next.matured, left: step.left, p50: step.to_next_p50, p90: step.to_next_p90 };
}

/* [{from, to}] of all required steps of a funnel of the catalogue */
export function transitions(funnel) {
  const required = funnel.stages.flatMap((stage) => stage.steps).filter((step) => !step.optional);
  return required.slice(1).map((to, index) => ({ from: required[index], to }));
}
