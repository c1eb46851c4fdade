import { make, say } from "./dom.js";
import { open } from "./session.js";

/** The form; `opened` is called once somebody is in, `ended` when that login is over. */
export function showLogin(place, reason, opened, ended) {
  const name = make("input", { autocomplete: "username", required: true, maxlength: 100, autocapitalize: "none", spellcheck: "false" });
  const password = make("input", { type: "password", autocomplete: "current-password", required: true, maxlength: 1024 });
  const code = make("input", { autocomplete: "one-time-code", inputmode: "text", maxlength: 19, "aria-describedby": "code-help" });
  const second = make("div", { hidden: true },
    make("label", {}, "Code of your second factor", code),
    make("p", { class: "soft", id: "code-help" }, "Six digits of your authenticator app, or a recovery code."));
  const why = make("p", { class: "soft" }, reason ?? "");
  const fault = make("p", { class: "fault", role: "alert" });
  const button = make("button", { class: "main" }, "Log in");
  const form = make("form", { onsubmit: submit },
    make("img", { src: "/page/icon.svg", alt: "", width: 40, height: 40 }),
    make("h1", {}, "Stratagem"), why,
    make("label", {}, "User", name), make("label", {}, "Password", password), second, fault, button,
    make("p", { class: "soft" }, "The first start of the host prints the password of ", make("code", {}, "admin"), ". ",
      make("a", { href: "/docs" }, "The API")));
  place.replaceChildren(form);
  place.hidden = false;
  name.focus();

  async function submit(event) {
    event.preventDefault();
    if (button.disabled) return;
    button.disabled = true;
    say(button, "Logging in …");
    say(fault, "");
    try {
      if (await open(name.value, password.value, second.hidden ? "" : code.value.trim(), ended)) {
        password.value = code.value = "";
        place.hidden = true;
        place.replaceChildren();
        return opened();
      }
      const asked = !second.hidden;
      second.hidden = false;
      code.required = true;
      code.focus();
      if (asked) say(fault, "A code is needed as well.");
    } catch (error) {
      say(fault, error.message);
      code.value = "";
    }
    say(button, "Log in");
    button.disabled = false;
  }
}
