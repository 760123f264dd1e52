/** What a tab shows when its person has left the server, and who it can continue as. */

import { showDialog } from "./dialog.js";
import { h } from "./dom.js";
import { avatar, nameOf } from "./message.js";

/**
 * @param {{guild: string, persons: any[]}} data who is there
 * @param {string|null} name whose tab this was, if anyone's
 */
export function sayGone({ guild, persons }, name) {
  forgetGone();
  const title = name ? `${name} isn't here anymore` : "This person isn't here";
  const choice = (person) => h("a", { class: "person", href: `?as=${person.id}` },
    avatar(person), h("span", {}, h("span", { class: "name" }, nameOf(person))));
  const dialog = showDialog(title, "sheet",
    h("h2", {}, title),
    h("p", {}, `This tab belongs to someone who has left ${guild}: it was reset, or the link is old. `,
      "Who do you want to continue as?"),
    h("div", { class: "choices" }, ...persons.map(choice)));
  dialog.id = "gone";
  dialog.addEventListener("cancel", (event) => event.preventDefault());
}

/** Remove it again: the tab has a person. */
export function forgetGone() {
  document.getElementById("gone")?.remove();
}
