// From the login to the desk and back.

import { notice } from "./dom.js";
import { showLogin } from "./login.js";
import { Overview } from "./overview.js";
import { watchUse } from "./session.js";

const place = document.getElementById("login");
const desk = document.getElementById("desk");
let overview = null;

function begin() {
  desk.hidden = false;
  overview = new Overview(document.getElementById("bar"), document.getElementById("main"));
  document.getElementById("main").focus();
}

function end(reason) {
  overview?.close();
  overview = null;
  for (const dialog of document.querySelectorAll("dialog")) dialog.close();
  document.getElementById("notices").replaceChildren();
  desk.hidden = true;
  showLogin(place, reason, begin, end);
}

watchUse(() => notice("You will be logged out in a minute. Press a key or move on the page to stay."));
showLogin(place, null, begin, end);
