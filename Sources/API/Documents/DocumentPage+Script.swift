extension DocumentPage {
    /// Texts go into the page as texts, never as markup.
    static let script = shape + page + trial

    /// Schemas in words, and an example of each.
    private static let shape = #"""
        "use strict";
        let description, token = "", csrf = "";
        const byID = (id) => document.getElementById(id);
        function make(tag, attributes, ...children) {
          const element = document.createElement(tag);
          for (const [name, value] of Object.entries(attributes || {})) element.setAttribute(name, value);
          element.append(...children);
          return element;
        }
        function resolved(schema) {
          if (!schema || !schema.$ref) return schema || {};
          return schema.$ref.split("/").slice(1).reduce((place, name) => place[name], description);
        }
        function kind(given) {
          const schema = resolved(given);
          if (schema.anyOf) return schema.anyOf.map(kind).join(" or ");
          if ("const" in schema) return JSON.stringify(schema.const);
          if (schema.enum) return schema.enum.join(" | ");
          if (schema.type === "array") return "list of " + kind(schema.items);
          if (Array.isArray(schema.type)) return "decimal" + limits(schema);
          return (schema.format || schema.type || "any") + limits(schema);
        }
        function limits(schema) {
          const words = [];
          if ("exclusiveMinimum" in schema) words.push("> " + schema.exclusiveMinimum);
          if ("minimum" in schema) words.push("≥ " + schema.minimum);
          if ("maximum" in schema) words.push("≤ " + schema.maximum);
          if (schema.maxLength) words.push((schema.minLength || 0) + "–" + schema.maxLength + " characters");
          return words.length ? " (" + words.join(", ") + ")" : "";
        }
        function* fields(given, prefix = "") {
          const schema = resolved(given);
          const inner = (schema.anyOf || [schema]).map(resolved).find((one) => one.properties || one.items) || schema;
          if (inner.items) yield* fields(inner.items, prefix + "[].");
          for (const [name, value] of Object.entries(inner.properties || {})) {
            const isRequired = (inner.required || []).includes(name);
            yield [prefix + name, kind(value), isRequired];
            yield* fields(value, prefix + name + (resolved(value).items ? "" : "."));
          }
        }
        function sample(given) {
          const schema = resolved(given);
          if (schema.anyOf) return sample(schema.anyOf[0]);
          if ("const" in schema) return schema.const;
          if (schema.enum) return schema.enum[0];
          if (Array.isArray(schema.type)) return schema.minimum || 1;
          if (schema.type === "integer") return schema.minimum || 1;
          if (schema.type === "boolean") return false;
          if (schema.type === "array") return [sample(schema.items)];
          if (schema.type === "string") return "";
          const object = {};
          for (const name of schema.required || []) object[name] = sample(schema.properties[name]);
          return object;
        }

        """#

    /// The list of operations, by tag.
    private static let page = #"""
        // A long name can go on in the next line after its dots.
        const parted = (text) => text.split(/(?<=[.\]])(?=\w)/).flatMap((part) => [make("wbr"), part]);
        function table(head, rows) {
          const body = rows.map((row) => make("tr", {}, ...row.map((cell) => make("td", {}, ...parted(cell)))));
          return make("table", {}, make("thead", {}, make("tr", {}, ...head.map((cell) => make("th", {}, cell)))),
            make("tbody", {}, ...body));
        }
        function inputs(operation) {
          const rows = operation.parameters.map((one) =>
            [one.name, one.in, kind(one.schema), one.required ? "required" : ""]);
          const body = operation.requestBody && operation.requestBody.content["application/json"].schema;
          for (const [name, text, isRequired] of body ? fields(body) : [])
            rows.push([name, "body", text, isRequired ? "required" : ""]);
          return rows;
        }
        function access(operation) {
          const names = operation.security.flatMap((one) => Object.keys(one));
          if (!names.length) return "open to all";
          return "needs a token" + (names.includes("csrf") ? " and the login's CSRF token" : "")
            + (names.includes("token") ? " (header, or token in the query or the body)" : "");
        }
        function answers(operation) {
          const parts = [];
          for (const [status, answer] of Object.entries(operation.responses)) {
            const [type, content] = Object.entries(answer.content || {})[0] || ["", {}];
            const rows = status === "200" ? [...fields(content.schema)].map(([name, text]) => [name, text]) : [];
            parts.push(make("h3", {}, status + " ", make("span", { class: "soft" }, answer.description + ", " + type)));
            if (rows.length) parts.push(table(["field", "type"], rows));
          }
          return parts;
        }
        function block(path, method, operation) {
          const verb = method.toUpperCase();
          const content = make("div", {});
          const details = make("details", { id: operation.operationId }, make("summary", {},
            make("span", { class: "method " + verb }, verb), make("span", { class: "path" }, path), " ",
            make("span", { class: "soft" }, operation.summary)), content);
          details.dataset.words = (path + " " + operation.summary + " " + operation.operationId).toLowerCase();
          // What nobody opens is not built.
          details.addEventListener("toggle", () => {
            if (!details.open || content.firstChild) return;
            if (operation.description) content.append(make("p", {}, operation.description));
            content.append(make("p", { class: "soft" }, operation.operationId + " · " + access(operation)));
            const rows = inputs(operation);
            if (rows.length) content.append(make("h3", {}, "Fields"), table(["name", "in", "type", ""], rows));
            content.append(...answers(operation), make("h3", {}, "Try it"), trial(path, verb, operation));
          });
          return details;
        }
        function show() {
          const tags = new Map();
          for (const [path, methods] of Object.entries(description.paths))
            for (const [method, operation] of Object.entries(methods)) {
              const tag = operation.tags[0];
              if (!tags.has(tag)) tags.set(tag, []);
              tags.get(tag).push(block(path, method, operation));
            }
          byID("operations").replaceChildren();
          for (const [tag, blocks] of tags) {
            const id = "tag-" + tag.toLowerCase().replaceAll(" ", "-");
            byID("tags").append(make("a", { href: "#" + id }, tag));
            byID("operations").append(make("section", { id }, make("h2", {}, tag), ...blocks));
          }
          byID("version").textContent = description.info.version;
          // A service's own port has neither.
          byID("login").hidden = !description.paths["/api/auth/login"];
          byID("versions").hidden = !description.paths["/docs/api-migration/v1-to-v2.md"];
          const opened = byID(decodeURIComponent(location.hash.slice(1)));
          if (opened && opened.tagName === "DETAILS") opened.open = true;
          if (opened) opened.scrollIntoView();
        }
        function find() {
          const words = byID("find").value.toLowerCase().split(" ");
          for (const section of document.querySelectorAll("section")) {
            const blocks = [...section.querySelectorAll("details")];
            for (const one of blocks) one.hidden = !words.every((word) => one.dataset.words.includes(word));
            section.hidden = blocks.every((one) => one.hidden);
          }
        }

        """#

    /// The form that sends a request, and the login. Tokens are kept in this page's memory alone.
    private static let trial = #"""
        function trial(path, verb, operation) {
          const form = make("form", {}), output = make("pre", { "aria-live": "polite", hidden: "" });
          const given = operation.parameters.map((one) => {
            const input = make("input", one.required ? { required: "" } : {});
            form.append(make("label", {}, one.name + (one.in === "path" ? " (path)" : ""), input));
            return [one, input];
          });
          const schema = operation.requestBody && operation.requestBody.content["application/json"].schema;
          const body = make("textarea", { "aria-label": "Body", spellcheck: "false" });
          if (schema) {
            body.value = JSON.stringify(sample(schema), null, 2);
            form.append(body);
          }
          const stop = make("button", { type: "button", hidden: "" }, "Stop");
          form.append(make("button", {}, "Send"), stop);
          form.addEventListener("submit", async (event) => {
            event.preventDefault();
            const abort = new AbortController();
            stop.onclick = () => abort.abort();
            stop.hidden = output.hidden = false;
            output.textContent = "…";
            try {
              await send(request(path, verb, given, schema ? body.value : ""), output, abort.signal);
            } catch (error) {
              output.append("\n" + error.message);
            }
            stop.hidden = true;
          });
          return make("div", {}, form, output);
        }
        function request(path, verb, given, body) {
          const query = new URLSearchParams();
          for (const [one, input] of given) {
            if (one.in === "path") path = path.replace("{" + one.name + "}", encodeURIComponent(input.value));
            else if (input.value) query.set(one.name, input.value);
          }
          const headers = {};
          if (token) headers.Authorization = "Bearer " + token;
          if (csrf) headers["X-CSRF-Token"] = csrf;
          if (body.trim()) headers["Content-Type"] = "application/json";
          const address = path + (query.size ? "?" + query : "");
          return [address, { method: verb, headers, body: body.trim() || undefined, credentials: "omit" }];
        }
        async function send([address, options], output, signal) {
          const began = performance.now();
          const answer = await fetch(address, { ...options, signal });
          const milliseconds = Math.round(performance.now() - began);
          const lines = [options.method + " " + address, answer.status + " after " + milliseconds + " ms"];
          for (const name of ["x-request-id", "x-ratelimit-remaining", "retry-after", "allow"])
            if (answer.headers.get(name)) lines.push(name + ": " + answer.headers.get(name));
          output.textContent = lines.join("\n") + "\n\n";
          const type = answer.headers.get("content-type") || "";
          if (type.includes("json")) {
            const text = await answer.text();
            let shown = text;
            // Numbers stay as they were written: only texts without long ones are set out in lines.
            if (!/[0-9]{15}|\.[0-9]{12}/.test(text)) shown = JSON.stringify(JSON.parse(text), null, 2);
            output.append(shown.slice(0, 200000));
            return;
          }
          const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
          for (let count = 0; count < 200000;) {
            const { done, value } = await reader.read();
            if (done) return;
            count += value.length;
            output.append(value);
          }
          await reader.cancel();
        }
        async function login(event) {
          event.preventDefault();
          const body = { username: byID("user").value, password: byID("password").value, mfa_token: byID("code").value };
          const answer = await fetch("/api/auth/login", {
            method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
          const session = await answer.json();
          if (!session.success) {
            const why = session.mfa_required ? "the code of the second factor is needed" : session.error.message;
            byID("who").textContent = why;
            return;
          }
          [token, csrf] = [session.accessToken, session.csrfToken];
          byID("password").value = byID("code").value = "";
          byID("who").textContent = session.user.username + ", " + session.user.roles.join(", ");
        }
        byID("login").addEventListener("submit", (event) =>
          login(event).catch((error) => { byID("who").textContent = error.message; }));
        byID("key").addEventListener("submit", (event) => {
          event.preventDefault();
          [token, csrf] = [byID("token").value.trim(), ""];
          byID("who").textContent = token ? "with a token" : "not logged in";
        });
        byID("find").addEventListener("input", find);
        fetch("/openapi.json").then((answer) => answer.json()).then((read) => {
          description = read;
          show();
        }).catch((error) => { byID("operations").textContent = "openapi.json: " + error.message; });

        """#
}
