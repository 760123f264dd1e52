/** Picking files: by dialog, by dropping, by pasting; each shown with a preview before it is sent. */

import { h, icon } from "./dom.js";
import { size } from "./media.js";

/** Discord's limit for people without a subscription. */
export const LARGEST_BYTES = 10 * 1024 * 1024;

/** Why a file cannot be sent, or null. @param {File} file */
export function problemWith(file) {
  if (file.size > LARGEST_BYTES) return `${file.name} has ${size(file.size)}; the limit is 10 MB. Send a smaller one.`;
  return null;
}

/** @param {DataTransfer|null} transfer @returns {File[]} */
export const filesIn = (transfer) => [...(transfer?.files ?? [])];

/**
 * A file that is about to be sent, with a button that takes it away.
 * @param {File} file
 * @param {() => void} onRemove
 */
export function preview(file, onRemove) {
  const picture = /^image\/(png|jpeg|gif|webp|avif|bmp)$/.test(file.type);
  const source = picture && URL.createObjectURL(file);
  const on = { load: () => URL.revokeObjectURL(source), error: () => image.replaceWith(icon("file")) };
  const image = source && h("img", { src: source, alt: "", on });
  const remove = { class: "icon-button", "aria-label": `Remove ${file.name}`, on: { click: onRemove } };
  return h("div", { class: "preview" },
    image || icon("file"),
    h("span", { class: "preview-name" }, file.name, " ", h("span", { class: "faint" }, size(file.size))),
    h("button", { type: "button", ...remove }, icon("close")));
}

/**
 * A place for files in a form: a button that also takes drops, and previews of what is there.
 * @param {{label: string, most?: number, onChange?: () => void, onProblem: (sentence: string) => void}} wishes
 */
export function fileField({ label, most = 1, onChange = () => {}, onProblem }) {
  /** @type {File[]} */
  let files = [];
  const input = h("input", { type: "file", hidden: true, "aria-label": `${label}: choose a file`, multiple: most > 1 });
  const hint = { "aria-label": `${label}: choose a file, drop one here or paste one` };
  const words = h("span", {}, "Choose, drop or paste");
  const choose = h("button", { type: "button", class: "drop", ...hint }, icon("plus"), words);
  const previews = h("div", { class: "previews" });
  const element = h("div", { class: "file-field" }, input, choose, previews);
  choose.addEventListener("click", () => input.click());
  input.addEventListener("change", () => {
    add([...input.files]);
    input.value = "";
  });
  element.addEventListener("dragover", (event) => {
    event.preventDefault();
    element.classList.add("over");
  });
  element.addEventListener("dragleave", () => element.classList.remove("over"));
  element.addEventListener("drop", (event) => {
    event.preventDefault();
    event.stopPropagation();
    element.classList.remove("over");
    add(filesIn(event.dataTransfer));
  });

  function add(more) {
    for (const file of more) {
      const problem = problemWith(file);
      if (problem) onProblem(problem);
      else files = [...files, file].slice(-most);
    }
    draw();
    onChange();
  }

  function draw() {
    choose.hidden = files.length >= most;
    previews.replaceChildren(...files.map((file) => preview(file, () => {
      files = files.filter((other) => other !== file);
      draw();
      choose.focus();
      onChange();
    })));
  }

  const focus = () => (choose.hidden ? previews.querySelector("button") : choose).focus();
  return { element, add, focus, files: () => files, hasRoom: () => files.length < most };
}
