/** Dialogs: over everything else, closed by Escape, and gone once closed. */

import { h } from "./dom.js";

/**
 * @param {string} label what screen readers call it
 * @param {string} look
 * @param {...(Node|string|null|undefined|false)} children
 * @returns {HTMLDialogElement}
 */
export function showDialog(label, look, ...children) {
  const dialog = h("dialog", { class: look, "aria-label": label, on: { close: () => dialog.remove() } }, ...children);
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/** A place that says what went wrong; null takes that away. */
export function problemPlace() {
  const element = h("p", { class: "failure", role: "alert", hidden: true });
  const say = (sentence) => {
    element.textContent = sentence ?? "";
    element.hidden = sentence === null;
  };
  return { element, say };
}

/**
 * A form in a dialog. What is being sent can't be changed or sent again until its answer comes; then the dialog
 * closes, or says what went wrong.
 * @param {{title: string, submit: string, look?: string, fields: (Node|null|undefined|false)[],
 *   problem?: {element: HTMLElement, say: (sentence: string|null) => void}}} parts
 * @param {() => Promise<void>} send
 */
export function showForm({ title, submit, look = "", fields, problem = problemPlace() }, send) {
  const cancel = h("button", { type: "button", class: "button secondary" }, "Cancel");
  const button = h("button", { type: "submit", class: "button primary" }, submit);
  const form = h("form", { novalidate: true },
    h("h2", {}, title), ...fields, problem.element, h("div", { class: "dialog-foot" }, cancel, button));
  const dialog = showDialog(title, `sheet ${look}`.trim(), form);
  cancel.addEventListener("click", () => dialog.close());
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (form.inert) return;
    const focused = document.activeElement;
    form.inert = true;
    button.setAttribute("aria-busy", "true");
    problem.say(null);
    try {
      await send();
      dialog.close();
    } catch (error) {
      problem.say(error.message);
    } finally {
      form.inert = false;
      button.removeAttribute("aria-busy");
      if (dialog.open) focused.focus();
    }
  });
  return dialog;
}
