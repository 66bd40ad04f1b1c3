/** Starts htmx and names every Stimulus controller; markup does the rest. */
import "htmx"
import { Application } from "stimulus"
import Dialog from "controllers/dialog"
import Find from "controllers/find"
import Fold from "controllers/fold"
import Lock from "controllers/lock"
import Network from "controllers/network"
import Pinpad from "controllers/pinpad"
import Reveal from "controllers/reveal"
import Stepper from "controllers/stepper"

const application = Application.start()
application.register("dialog", Dialog)
application.register("find", Find)
application.register("fold", Fold)
application.register("lock", Lock)
application.register("network", Network)
application.register("pinpad", Pinpad)
application.register("reveal", Reveal)
application.register("stepper", Stepper)

// What only works with scripts shows from here on (pinpad.css).
document.documentElement.classList.add("is-scripted")
