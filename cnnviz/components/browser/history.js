/**
 * A page's link follows its settings. Streamlit makes each change a step in the browser's history, so after a dragged
 * slider "back" would creep through all its values: here a change of settings replaces the step, and only another page
 * is a new one.
 */

const push = history.pushState;

if (!("settingsReplace" in history)) {
  history.pushState = function pushState(state, unused, url) {
    const same = url && new URL(url, location.href).pathname === location.pathname;
    return same ? this.replaceState(state, unused, url) : push.call(this, state, unused, url);
  };
  Object.defineProperty(history, "settingsReplace", { value: true });
}
