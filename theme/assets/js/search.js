// The theme fetches the search index and the worker that searches it with every page, though few readers search. Here both wait until a
// reader turns to the search. It stands before the theme's script; whatever that asks for otherwise is left alone.
if (location.protocol !== "file:") {
  const wanted = new Promise((resolve) => {
    // A link to a search, or to a page with the words that were searched for.
    if (/[?&][qh]=/.test(location.search)) resolve();
    const turn = ({ target }) => target.closest?.(".md-search, [for=__search]") && resolve();
    for (const kind of ["focusin", "pointerover"]) addEventListener(kind, turn, true);
  });

  const { open, send } = XMLHttpRequest.prototype;
  XMLHttpRequest.prototype.open = function (method, url, ...rest) {
    this.late = String(url).endsWith("/search/search_index.json");
    return open.call(this, method, url, ...rest);
  };
  XMLHttpRequest.prototype.send = function (body) {
    if (this.late) wanted.then(() => send.call(this, body));
    else send.call(this, body);
  };

  const Now = Worker;
  class Later extends EventTarget {
    constructor(url) {
      super();
      this.worker = wanted.then(() => {
        const worker = new Now(url);
        worker.onmessage = ({ data }) => this.dispatchEvent(new MessageEvent("message", { data }));
        return worker;
      });
    }
    postMessage(message) {
      this.worker.then((worker) => worker.postMessage(message));
    }
  }
  window.Worker = function (url, options) {
    return String(url).includes("/workers/search.") ? new Later(url) : new Now(url, options);
  };
}
