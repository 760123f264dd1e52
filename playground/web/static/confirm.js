/** A question before something that cannot be taken back. */

import { showDialog } from "./dialog.js";
import { h } from "./dom.js";

/**
 * @param {string} title
 * @param {string} text
 * @param {string} yes the label of the confirming button
 * @returns {Promise<boolean>}
 */
export function confirmed(title, text, yes) {
  const form = h("form", { method: "dialog" },
    h("h2", {}, title), h("p", {}, text),
    h("div", { class: "dialog-foot" },
      h("button", { value: "no", class: "button secondary" }, "Cancel"),
      h("button", { value: "yes", class: "button danger" }, yes)));
  const dialog = showDialog(title, "sheet", form);
  return new Promise((resolve) => dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes")));
}
