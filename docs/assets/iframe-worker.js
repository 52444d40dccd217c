// The search of the theme runs in a Worker, which browsers refuse to pages that were
// opened from the disk: there a hidden frame does its work. (The theme would fetch
// such a script from the network.)
if (location.protocol === "file:") {
  window.Worker = class extends EventTarget {
    constructor(address) {
      super();
      const frame = document.createElement("iframe");
      frame.hidden = true;
      frame.srcdoc = "<!doctype html>";
      this.inside = new Promise((ready) => {
        frame.onload = () => {
          const inside = frame.contentWindow;
          const load = (url) =>
            new Promise((loaded, failed) => {
              const script = inside.document.createElement("script");
              script.src = url;
              script.onload = loaded;
              script.onerror = failed;
              inside.document.head.append(script);
            });
          // what a worker's script calls
          inside.importScripts = async (...urls) => {
            for (const url of urls) await load(url);
          };
          inside.postMessage = (data) =>
            this.dispatchEvent(new MessageEvent("message", { data }));
          load(address).then(() => ready(inside));
        };
      });
      document.body.append(frame);
    }

    async postMessage(data) {
      const inside = await this.inside;
      inside.dispatchEvent(new inside.MessageEvent("message", { data }));
    }
  };
}
