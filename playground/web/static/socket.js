/** The page's connection to the playground: requests with answers, pushed events, and a new try when it drops. */

const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 4000;

export class Connection {
  /**
   * @param {(event: string, data: any) => void} onEvent told each pushed event
   * @param {(state: "connected"|"dropped"|"ended") => void} onState told whenever the connection comes or goes;
   *   "ended" is when another playground answers in this one's place, so that no new try can help
   */
  constructor(onEvent, onState) {
    this.onEvent = onEvent;
    this.onState = onState;
    /** @type {Map<number, {resolve: (value: any) => void, reject: (error: Error) => void}>} */
    this.waiting = new Map();
    this.lastId = 0;
    this.wait = FIRST_WAIT_MS;
    this.open();
    window.addEventListener("online", () => this.open());
    document.addEventListener("visibilitychange", () => document.hidden || this.open());
  }

  open() {
    if (this.ended || (this.socket && this.socket.readyState <= WebSocket.OPEN)) return;
    clearTimeout(this.timer);
    const address = new URL("socket" + location.search, location.href);
    address.protocol = address.protocol.replace("http", "ws");
    this.socket = new WebSocket(address);
    this.socket.addEventListener("message", (event) => this.receive(JSON.parse(event.data)));
    this.socket.addEventListener("close", () => this.closed());
  }

  closed() {
    const dropped = "The connection dropped before the answer came. Look whether it worked before you try again.";
    for (const { reject } of this.waiting.values()) reject(new Error(dropped));
    this.waiting.clear();
    if (!this.connected) this.lookWhetherEnded();
    this.connected = false;
    this.onState("dropped");
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.open(), this.wait);
    this.wait = Math.min(this.wait * 2, LONGEST_WAIT_MS);
  }

  /** A socket doesn't tell why it was refused; that this page is unknown there, a request does. */
  async lookWhetherEnded() {
    const answer = await fetch(location.pathname, { method: "HEAD", cache: "no-store" }).catch(() => null);
    if (answer?.status !== 404 || this.ended) return;
    this.ended = true;
    clearTimeout(this.timer);
    this.onState("ended");
  }

  receive(packet) {
    if (packet.id === undefined) {
      this.onEvent(packet.event, packet.data);
      if (packet.event === "state" && !this.connected) {
        this.connected = true;
        this.wait = FIRST_WAIT_MS;
        this.onState("connected");
      }
      return;
    }
    const request = this.waiting.get(packet.id);
    this.waiting.delete(packet.id);
    if (packet.error === undefined) request?.resolve(packet.ok);
    else request?.reject(new Error(packet.error));
  }

  /**
   * Ask the playground to do something. Rejects with one plain sentence.
   * @param {string} action
   * @param {Record<string, any>} [fields]
   * @returns {Promise<any>}
   */
  ask(action, fields = {}) {
    if (this.socket.readyState !== WebSocket.OPEN) {
      return Promise.reject(new Error("Not connected to the playground just now. Try again in a moment."));
    }
    const id = ++this.lastId;
    this.socket.send(JSON.stringify({ id, do: action, ...fields }));
    return new Promise((resolve, reject) => this.waiting.set(id, { resolve, reject }));
  }

  /**
   * Send a file ahead of the message or command that uses it.
   * @param {File} file
   * @returns {Promise<string>} the upload's id
   */
  async upload(file) {
    const form = new FormData();
    form.append("file", file, file.name);
    let answer;
    try {
      answer = await fetch("upload" + location.search, { method: "POST", body: form });
    } catch {
      throw new Error("The upload did not arrive. Check that the playground still runs, and try again.");
    }
    const body = await answer.json();
    if (!answer.ok) throw new Error(body.error);
    return body.upload;
  }
}
