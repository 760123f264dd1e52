/** Pictures and files: shown in place, enlarged on a press. Only what the playground itself serves is loaded. */

import { showDialog } from "./dialog.js";
import { h, icon } from "./dom.js";

/**
 * The same file under the address by which this page was opened; null for anything that lies elsewhere.
 * @param {string} address
 * @returns {string|null}
 */
export function local(address) {
  if (!URL.canParse(address, location.href)) return null;
  const url = new URL(address, location.href);
  if (url.port !== location.port || !["127.0.0.1", "localhost", location.hostname].includes(url.hostname)) return null;
  return url.pathname + url.search;
}

/** Only addresses of the web may be opened. @param {string} address */
export const webAddress = (address) => (/^https?:\/\//i.test(address) ? address : null);

/** A link to the web, which learns nothing of this page. @param {string} href */
export const outside = (href, properties, ...children) =>
  h("a", { href, target: "_blank", rel: "noopener noreferrer nofollow", ...properties }, ...children);

const isPicture = (media) => media.width != null || /^image\//.test(media.content_type ?? "");

/** "12.3 kB". @param {number} bytes */
export function size(bytes) {
  const units = ["bytes", "kB", "MB", "GB"];
  let unit = 0;
  for (; bytes >= 1000 && unit < 3; unit += 1) bytes /= 1000;
  return `${unit && bytes < 100 ? bytes.toFixed(1) : Math.round(bytes)} ${units[unit]}`;
}

/**
 * A picture that opens large when pressed.
 * @param {{url: string, width?: number, height?: number}} media
 * @param {{alt?: string|null, spoiler?: boolean, key: string, thumbnail?: boolean}} options
 */
export function picture(media, { alt, spoiler = false, key, thumbnail = false }) {
  const source = local(media.url);
  if (source === null) return elsewhere(media.url);
  const image = h("img", {
    src: source,
    alt: alt || "",
    width: media.width,
    height: media.height,
    decoding: "async",
    draggable: "false",
  });
  const label = spoiler ? "Spoiler: press to show the picture" : `Enlarge ${alt ? `“${alt}”` : "the picture"}`;
  return h("button", {
    type: "button",
    class: `picture${thumbnail ? " thumbnail" : ""}${spoiler ? " covered" : ""}`,
    "aria-label": label,
    data: { key, do: "enlarge", alt: alt || "" },
  }, image);
}

function elsewhere(address) {
  const href = webAddress(address);
  const host = href ? new URL(href).host : "an unknown place";
  const text = `A picture at ${host}. This page loads nothing from elsewhere.`;
  return h("p", { class: "note" }, text, href && " ", href && outside(href, {}, "Open it"));
}

/**
 * A file to download.
 * @param {{name: string, size?: number|null, url: string}} file
 * @param {string} key
 */
export function fileCard({ name, size: bytes, url }, key) {
  const href = local(url) ?? webAddress(url);
  return h("div", { class: "file-card", data: { key } },
    icon("file"),
    href ? outside(href, { download: name }, name) : h("span", {}, name),
    bytes != null && h("span", { class: "faint" }, size(bytes)));
}

/** What is attached to a classic message. @param {any} attachment */
export function attachment(attachment) {
  const { id, filename, size: bytes, url } = attachment;
  if (!isPicture(attachment)) return fileCard({ name: filename, size: bytes, url }, id);
  const spoiler = filename.startsWith("SPOILER_");
  return picture(attachment, { alt: attachment.description ?? filename, spoiler, key: id });
}

/**
 * Show a picture as large as the window allows, and with the arrows those beside it.
 * @param {HTMLElement} button the small picture
 */
export function enlarge(button) {
  if (button.classList.contains("covered")) {
    button.classList.remove("covered");
    button.setAttribute("aria-label", `Enlarge ${button.dataset.alt ? `“${button.dataset.alt}”` : "the picture"}`);
    return;
  }
  const among = button.closest(".gallery") ?? button.closest(".body");
  const pictures = [...among.querySelectorAll("[data-do=enlarge]:not(.covered)")];
  let place = pictures.indexOf(button);
  const image = h("img");
  const caption = h("p", { role: "status" });
  const dialog = showDialog("Picture", "lightbox",
    control("close", "Close the picture", () => dialog.close()),
    pictures.length > 1 && control("previous", "Previous picture", () => show(place - 1)),
    pictures.length > 1 && control("next", "Next picture", () => show(place + 1)),
    image, caption);
  const show = (wanted) => {
    place = (wanted + pictures.length) % pictures.length;
    const { alt } = pictures[place].dataset;
    dialog.setAttribute("aria-label", alt || "Picture");
    image.src = pictures[place].querySelector("img").src;
    image.alt = alt;
    const where = pictures.length > 1 && `${place + 1} of ${pictures.length}`;
    caption.textContent = [alt, where].filter(Boolean).join(" · ");
  };
  show(place);
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  dialog.addEventListener("keydown", (event) => {
    if (event.key === "ArrowLeft") show(place - 1);
    else if (event.key === "ArrowRight") show(place + 1);
  });
  dialog.addEventListener("close", () => pictures[place].focus());
}

function control(name, label, act) {
  const look = `icon-button ${name}`;
  return h("button", { type: "button", class: look, "aria-label": label, on: { click: act } }, icon(name));
}
