// From the login to the desk and back.

import { Desk } from "./desk.js";
import { notice } from "./dom.js";
import { showLogin } from "./login.js";
import { watchUse } from "./session.js";

const place = document.getElementById("login");
const room = document.getElementById("desk");
let desk = null;

function begin() {
  room.hidden = false;
  desk = new Desk(document.getElementById("bar"), document.getElementById("main"));
}

function end(reason) {
  desk?.close();
  desk = null;
  for (const dialog of document.querySelectorAll("dialog")) dialog.close();
  document.getElementById("notices").replaceChildren();
  room.hidden = true;
  document.title = "Stratagem";
  showLogin(place, reason, begin, end);
}

watchUse(() => notice("You will be logged out in a minute. Press a key or move on the page to stay."));
showLogin(place, null, begin, end);
