/** Entry of the page. */

import "./styles/font.css";
import "./styles/tokens.css";
import "./styles/frame.css";
import "./styles/parts.css";
import "./styles/panels.css";
import { App } from "./app";
import { listen } from "./keys";
import { readSettings } from "./settings";

const root = document.getElementById("wall");
if (root !== null) {
  const app = new App(root, new URL("../v1/", document.baseURI), readSettings(new URLSearchParams(window.location.search)));
  listen(app);
  app.start();
}
