import { Controller } from "stimulus"

// 401 is the lock's business; the others say that the server is away (network.js).
const OTHERS = [401, 502, 503, 504]

/**
 * Says in a toast that an answer was none to be shown, and keeps the page.
 *
 * <body data-controller="toasts" data-action="htmx:responseError->toasts#break">
 *   <div data-toasts-target="place"></div> <template data-toasts-target="broken">…</template>
 * </body>
 */
export default class extends Controller {
  static targets = ["place", "broken"]

  break({ detail: { xhr } }) {
    if (OTHERS.includes(xhr.status)) return
    this.placeTarget.replaceChildren(this.brokenTarget.content.cloneNode(true))
  }
}
