/**
 * Sends a chosen photo by itself; without this script a button stands below it.
 *
 * <form><input type="file" data-sends></form>
 */
for (const field of document.querySelectorAll("[data-sends]")) {
  field.addEventListener("change", () => field.form.requestSubmit())
}
