/** A question before something that cannot be taken back. */

import { h } from "./dom.js";

/**
 * @param {string} title
 * @param {string} text
 * @param {string} yes the label of the confirming button
 * @returns {Promise<boolean>}
 */
export function confirmed(title, text, yes) {
  return new Promise((resolve) => {
    const form = h("form", { method: "dialog" },
      h("h2", {}, title), h("p", {}, text),
      h("div", { class: "dialog-foot" },
        h("button", { value: "no", class: "button secondary" }, "Cancel"),
        h("button", { value: "yes", class: "button danger" }, yes)));
    const dialog = h("dialog", { class: "sheet", "aria-label": title }, form);
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
