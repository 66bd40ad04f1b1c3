/**
 * Starts htmx and names every Stimulus controller; markup does the rest.
 *
 * Each begins in a turn of its own, so that a tap never waits for all of them; first comes what
 * sees to it that nothing is sent twice, then those that listen to the whole page: who hears of a
 * scan before who takes it.
 */
import "htmx"
import { Application } from "stimulus"
import "installed"
import Announcer from "controllers/announcer"
import Arrivals from "controllers/arrivals"
import Camera from "controllers/camera"
import Carry from "controllers/carry"
import Dialog from "controllers/dialog"
import Find from "controllers/find"
import Focus from "controllers/focus"
import Fold from "controllers/fold"
import Hints from "controllers/hints"
import Keyboard from "controllers/keyboard"
import Lock from "controllers/lock"
import Network from "controllers/network"
import Pinpad from "controllers/pinpad"
import Push from "controllers/push"
import Propose from "controllers/propose"
import Reckon from "controllers/reckon"
import Reveal from "controllers/reveal"
import Scanner from "controllers/scanner"
import Stepper from "controllers/stepper"
import Toasts from "controllers/toasts"
import Trial from "controllers/trial"
import Waiting from "controllers/waiting"
import Wedge from "controllers/wedge"

const CONTROLLERS = {
  waiting: Waiting, network: Network, find: Find, wedge: Wedge, lock: Lock, pinpad: Pinpad,
  announcer: Announcer, focus: Focus, camera: Camera, carry: Carry, dialog: Dialog, fold: Fold,
  hints: Hints,
  keyboard: Keyboard, propose: Propose, push: Push, reckon: Reckon, reveal: Reveal, scanner: Scanner,
  stepper: Stepper, arrivals: Arrivals,
  toasts: Toasts, trial: Trial,
}

const pause = () => globalThis.scheduler?.yield?.() ?? new Promise((done) => setTimeout(done))

const application = Application.start()
for (const [name, controller] of Object.entries(CONTROLLERS)) {
  application.register(name, controller)
  await pause()
}
// For who drives the page by a program: from now on everything answers.
document.documentElement.dataset.started = ""
