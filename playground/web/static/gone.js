/** What a tab says whose person has left the server: that it is so, and as whom it can go on. */

import { h } from "./dom.js";
import { avatar, nameOf } from "./message.js";

/**
 * @param {{guild: string, persons: any[]}} data who is there
 * @param {string|null} name whose tab this was, if it ever was anybody's
 */
export function sayGone({ guild, persons }, name) {
  forgetGone();
  const title = name ? `${name} is not here any more` : "This person is not here";
  const dialog = h("dialog", { class: "sheet", id: "gone", "aria-label": title, on: { cancel: (event) => event.preventDefault() } },
    h("h2", {}, title),
    h("p", {}, `This tab showed ${guild} to somebody who has left it, because everything there began anew or this is an old address. As whom do you want to go on?`),
    h("div", { class: "choices" }, ...persons.map((person) =>
      h("a", { class: "person", href: `?as=${person.id}` }, avatar(person), h("span", {}, h("span", { class: "name" }, nameOf(person)))))));
  document.body.append(dialog);
  dialog.showModal();
}

/** Take that away again: the tab is somebody's. */
export function forgetGone() {
  document.getElementById("gone")?.remove();
}
