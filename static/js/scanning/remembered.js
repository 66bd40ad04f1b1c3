/** What this tablet keeps for itself: which camera, sound or not. Nothing about anybody. */

export function remembered(name) {
  try {
    return localStorage.getItem(`omnistore.scan.${name}`) ?? ""
  } catch {
    return ""
  }
}

/** Keep it, where the browser lets us: a private window forgets. */
export function remember(name, value) {
  try {
    localStorage.setItem(`omnistore.scan.${name}`, value)
  } catch {
    return
  }
}
