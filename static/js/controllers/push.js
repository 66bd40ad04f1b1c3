import { Controller } from "stimulus"

/**
 * Lets this browser be woken by a notice, or no more.
 *
 * Nothing is shown where a browser cannot: on an iPhone only the installed app can.
 *
 * <div data-controller="push" data-push-key-value="our public key" data-push-url-value="…">
 *   <button type="button" hidden data-push-target="off" data-action="push#begin">…</button>
 *   <button type="button" hidden data-push-target="on" data-action="push#end">…</button>
 *   <p hidden data-push-target="refused">…</p>
 *   <p hidden data-push-target="unable">…</p>
 * </div>
 */
export default class extends Controller {
  static targets = ["on", "off", "refused", "unable"]
  static values = { key: String, url: String }

  async connect() {
    this.#show("serviceWorker" in navigator && "PushManager" in window ? await this.#state() : "unable")
  }

  async begin() {
    if ((await Notification.requestPermission()) !== "granted") return this.#show("refused")
    const { pushManager } = await navigator.serviceWorker.ready
    try {
      const made = await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: this.keyValue })
      const { endpoint, keys } = made.toJSON()
      const answer = await this.#post({ endpoint, ...keys })
      if (!answer.ok) await made.unsubscribe()
      this.#show(answer.ok ? "on" : "unable")
    } catch {
      this.#show("unable")
    }
  }

  async end() {
    const made = await this.#subscription()
    if (made) {
      await this.#post({ endpoint: made.endpoint, ended: "1" })
      await made.unsubscribe()
    }
    this.#show("off")
  }

  async #state() {
    if (Notification.permission === "denied") return "refused"
    return (await this.#subscription()) ? "on" : "off"
  }

  async #subscription() {
    const { pushManager } = await navigator.serviceWorker.ready
    return pushManager.getSubscription()
  }

  #show(state) {
    for (const name of this.constructor.targets) {
      for (const target of this[`${name}Targets`]) target.hidden = name !== state
    }
  }

  #post(fields) {
    const headers = JSON.parse(document.body.getAttribute("hx-headers"))
    return fetch(this.urlValue, { method: "POST", headers, body: new URLSearchParams(fields) })
  }
}
