/** Messages of the page's own in place of answers that aren't there: of one's commands on their way, or failed. */

import { FLAG } from "./message.js";

const PATIENCE_MS = 300;
const COMMAND_MESSAGE = 20;

export class StandIns {
  /** @param {import("./main.js").App} app */
  constructor(app) {
    this.app = app;
    /** @type {Map<string, any>} of every channel, by the interaction's id */
    this.byId = new Map();
    this.timers = new Map();
  }

  /** Show what becomes of a command: on its way, failed, or answered (then its message takes its place). */
  follow(interaction) {
    const { id, status } = interaction;
    this.stopTimer(id);
    if (status === "waiting") this.timers.set(id, setTimeout(() => this.put(interaction), PATIENCE_MS));
    else if (status === "failed") this.put(interaction);
    else this.remove(id);
  }

  stopTimer(id) {
    clearTimeout(this.timers.get(id));
    this.timers.delete(id);
  }

  /** Those of one channel. @param {string} channelId */
  of(channelId) {
    return [...this.byId.values()].filter((message) => message.channel_id === channelId);
  }

  put(interaction) {
    const message = this.message(interaction);
    this.byId.set(message.id, message);
    if (message.channel_id === this.app.channelId) this.app.messages.put(message);
  }

  remove(id) {
    this.byId.delete(id);
    this.app.messages.remove(id);
  }

  /** The connection was away: what became of the commands on their way then isn't told any more. */
  forgetWaiting() {
    for (const id of [...this.timers.keys()]) this.stopTimer(id);
    for (const [id, message] of [...this.byId]) if (message.flags & FLAG.LOADING) this.remove(id);
  }

  message({ id, label, channel_id, status, error }) {
    return {
      id,
      local: true,
      channel_id,
      type: COMMAND_MESSAGE,
      author: this.app.state.bot,
      timestamp: new Date().toISOString(),
      flags: FLAG.EPHEMERAL | (status === "waiting" ? FLAG.LOADING : 0),
      interaction: { user: this.app.user(this.app.state.me), name: label.replace(/^\//, "") },
      interaction_metadata: {},
      failure: error,
      content: "",
      attachments: [],
      components: [],
    };
  }
}
