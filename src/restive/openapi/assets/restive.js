// The reference page's script: filter, links that open what they point to, credentials, try-it.
// The page reads without it. What comes from the document or an answer is only ever set as text.
"use strict";

const $ = (selector, within = document) => within.querySelector(selector);
const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];

/** An element. `properties` are set as properties, `children` are nodes or text. */
function el(tag, properties = {}, ...children) {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children);
  return node;
}

// -- the filter -----------------------------------------------------------------------------

function addFilter() {
  const box = el("input", { type: "search", id: "filter", placeholder: "Filter  ( / )" });
  box.setAttribute("aria-label", "Filter operations");
  const none = el("p", { className: "none", hidden: true }, "No operation matches.");
  none.setAttribute("role", "status");
  $(".side").prepend(el("div", { className: "filter" }, box), none);
  const links = $$(".side li");
  const entries = $$(".op").map((op, at) => ({
    nodes: [op, links[at]],
    text: `${op.dataset.method} ${op.dataset.path} ${$(".what", op).textContent}`.toLowerCase(),
  }));
  const groups = $$(".side section, section.tag");
  box.addEventListener("input", () => {
    const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const { nodes, text } of entries) {
      const hit = words.every((word) => text.includes(word));
      for (const node of nodes) node.hidden = !hit;
      shown += hit;
    }
    for (const group of groups) group.hidden = !$("li:not([hidden]), .op:not([hidden])", group);
    none.hidden = shown > 0;
  });
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      box.focus();
    } else if (event.key === "Escape" && event.target === box) {
      box.value = "";
      box.dispatchEvent(new Event("input"));
    }
  });
}

function openTarget() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const folded = target && target.closest("details");
  if (!folded) return;
  folded.open = true;
  folded.scrollIntoView();
  $("summary", folded).focus({ preventScroll: true });
}

// -- credentials: kept in these boxes and nowhere else; no password fields, which browsers store -----------------------------------------

const credentials = new Map(); // scheme's name -> { scheme, box }

function addCredentials() {
  for (const item of $$("[data-scheme]")) {
    const scheme = JSON.parse(item.dataset.scheme);
    const basic = scheme.type === "http" && scheme.scheme.toLowerCase() === "basic";
    const box = el("input", { className: "secret", autocomplete: "off", spellcheck: false });
    box.placeholder = basic ? "name:password" : "token";
    box.setAttribute("aria-label", `${scheme.id}: ${box.placeholder}`);
    item.append(box);
    credentials.set(scheme.id, { scheme, box, basic });
  }
}

/** Add what the first scheme asks for that `operation` accepts and that has been filled in. */
function authorize(operation, request) {
  const accepted = (operation.security || []).flatMap((each) => Object.keys(each));
  const found = accepted.map((name) => credentials.get(name)).find((each) => each?.box.value);
  if (!found) return;
  const { scheme, box, basic } = found;
  if (scheme.type === "apiKey" && scheme.in === "query") {
    request.query.push([scheme.name, box.value, "$TOKEN"]);
  } else if (scheme.type === "apiKey") {
    request.headers.push([scheme.name, box.value, "$TOKEN"]);
  } else {
    const bytes = String.fromCharCode(...new TextEncoder().encode(box.value));
    const secret = basic ? btoa(bytes) : box.value;
    const kind = basic ? "Basic" : "Bearer";
    request.headers.push(["authorization", `${kind} ${secret}`, `${kind} $TOKEN`]);
  }
}

// -- try it -------------------------------------------------------------------------------------

let loading = null;
const loadDocument = () => {
  loading ??= fetch(document.body.dataset.openapi).then((answer) => {
    if (!answer.ok) throw new Error(`the OpenAPI document: ${answer.status}`);
    return answer.json();
  });
  return loading;
};

function resolve(document_, node) {
  while (node.$ref) {
    const [, section, name] = node.$ref.slice(2).split("/");
    node = document_.components[section][name];
  }
  return node;
}

const TEXT = /^(text\/|application\/(.*\+)?(json|xml|yaml|x-www-form-urlencoded|problem))/;
const isText = (type) => TEXT.test(type);
const isJson = (type) => /[/+]json\b/.test(type);

/** One labelled control. Several values of an array parameter are written a line each. */
function field(parameter, schema) {
  const many = schema.type === "array";
  const choices = schema.enum || (schema.type === "boolean" && [true, false]);
  const sample = parameter.example ?? (parameter.required ? schema.default : undefined);
  let control;
  if (choices) {
    control = el("select");
    if (!parameter.required) control.append(el("option", { value: "" }, ""));
    for (const choice of choices) control.append(el("option", { value: String(choice) }, String(choice)));
  } else if (many) {
    control = el("textarea", { rows: 2, placeholder: "one value a line" });
  } else {
    control = el("input", { type: "text", autocomplete: "off", spellcheck: false });
    if (schema.default !== undefined) control.placeholder = String(schema.default);
  }
  if (sample !== undefined) control.value = Array.isArray(sample) ? sample.join("\n") : String(sample);
  control.required = Boolean(parameter.required);
  const name = el("span", {}, parameter.name, " ", el("small", {}, parameter.in));
  return { parameter, control, many, label: el("label", {}, name, control) };
}

function bodyField(document_, operation, op) {
  if (!operation.requestBody) return null;
  const types = Object.keys(resolve(document_, operation.requestBody).content);
  const usable = types.filter((type) => !/msgpack/.test(type));
  const type = el("select", {}, ...usable.map((each) => el("option", {}, each)));
  const text = el("textarea", { spellcheck: false });
  const file = el("input", { type: "file" });
  const heading = $$("h4", op).find((each) => each.textContent.startsWith("Body"));
  let node = heading && heading.nextElementSibling;
  while (node && !node.matches(".io, h4")) node = node.nextElementSibling;
  const example = node && $(".example", node);
  text.value = example ? example.textContent : "";
  const textLabel = el("label", { className: "tall" }, el("span", {}, "Body"), text);
  const fileLabel = el("label", {}, el("span", {}, "File"), file);
  const show = () => {
    textLabel.hidden = !isText(type.value);
    fileLabel.hidden = isText(type.value);
  };
  type.addEventListener("change", show);
  show();
  const labels = [el("label", {}, el("span", {}, "Content-Type"), type), textLabel, fileLabel];
  const value = () => (isText(type.value) ? text.value : file.files[0]);
  const shown = () => (isText(type.value) ? text.value : `@${file.files[0]?.name ?? "FILE"}`);
  return { labels, type, value, shown };
}

/** What the form says, as { method, path, query, headers, body, shown }; triples of pairs carry what curl shows. */
function read(op, operation, fields, body) {
  const request = { method: op.dataset.method.toUpperCase(), query: [], headers: [] };
  let path = document.body.dataset.base + op.dataset.path;
  for (const { parameter, control, many } of fields) {
    const values = many ? control.value.split("\n").filter(Boolean) : [control.value];
    for (const value of values) {
      if (parameter.in === "path") path = path.replace(`{${parameter.name}}`, encodeURIComponent(value));
      else if (value !== "" && parameter.in === "query") request.query.push([parameter.name, value]);
      else if (value !== "" && parameter.in === "header") request.headers.push([parameter.name, value]);
    }
  }
  if (body && body.value()) {
    request.headers.push(["content-type", body.type.value]);
    request.body = body.value();
    request.shown = body.shown();
  }
  authorize(operation, request);
  request.path = path;
  return request;
}

const urlOf = (request, hidden) => {
  const pairs = request.query.map(([name, value, shown]) =>
    `${encodeURIComponent(name)}=${hidden && shown ? shown : encodeURIComponent(value)}`);
  return new URL(request.path, location.origin).href + (pairs.length ? `?${pairs.join("&")}` : "");
};

/** A word of a POSIX shell; `$TOKEN` stays a variable. */
function word(text, variable) {
  if (variable) return `"${text.replace(/[\\"`]|\$(?!TOKEN\b)/g, "\\$&")}"`;
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

function curlOf(request) {
  const secret = request.query.some((each) => each[2]);
  const parts = ["curl", "-i"];
  if (request.method === "HEAD") parts.push("--head");
  else if (request.method !== "GET") parts.push("-X", request.method);
  parts.push(word(urlOf(request, true), secret));
  for (const [name, value, shown] of request.headers) {
    parts.push("-H", word(`${name}: ${shown ?? value}`, shown !== undefined));
  }
  if (request.shown !== undefined) parts.push("--data-binary", word(request.shown));
  return parts.join(" ");
}

async function send(request, signal) {
  const headers = new Headers();
  for (const [name, value] of request.headers) headers.append(name, value);
  const started = performance.now();
  const { method, body } = request;
  const answer = await fetch(urlOf(request), { method, body, headers, signal });
  const bytes = await answer.arrayBuffer();
  return { answer, bytes, took: performance.now() - started };
}

function bodyText(type, bytes) {
  if (!bytes.byteLength) return "";
  if (type && !isText(type)) return `${bytes.byteLength} bytes of ${type}`;
  const text = new TextDecoder().decode(bytes);
  if (!isJson(type)) return text;
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text; // shown as it came: it says JSON and is not
  }
}

function block(title, text) {
  const pre = el("pre", { tabIndex: 0 }, text);
  pre.setAttribute("role", "group");
  pre.setAttribute("aria-label", title);
  return [el("h5", {}, title), pre];
}

function report({ answer, bytes, took }) {
  const type = answer.headers.get("content-type") || "";
  const status = el("span", { className: `status s${String(answer.status)[0]}` }, String(answer.status));
  const said = ` ${answer.statusText}  ·  ${took.toFixed(took < 10 ? 1 : 0)} ms  ·  ${bytes.byteLength} bytes`;
  const lines = [...answer.headers].map(([name, value]) => `${name}: ${value}`).join("\n");
  const text = bodyText(type, bytes);
  return [
    el("p", { className: "sum" }, status, said),
    ...block("Headers", lines),
    ...(text ? block("Body", text) : []),
  ];
}

async function openForm(op) {
  const document_ = await loadDocument();
  const item = document_.paths[op.dataset.path];
  const operation = item[op.dataset.method];
  const parameters = (operation.parameters || []).map((each) => resolve(document_, each));
  const fields = parameters.filter((each) => each.in !== "cookie")
    .map((each) => field(each, resolve(document_, each.schema || {})));
  const body = bodyField(document_, operation, op);
  const answer = el("div", { className: "answer" });
  answer.setAttribute("aria-live", "polite");
  const cookies = parameters.filter((each) => each.in === "cookie").map((each) => each.name);
  const note = cookies.length
    ? [el("small", {}, `Cookies are the browser's own: ${cookies.join(", ")}.`)] : [];
  const button = el("button", { type: "submit", className: "send" }, "Send");
  const form = el("form", { className: "try" }, ...fields.map((each) => each.label),
    ...(body ? body.labels : []), ...note, el("div", { className: "row" }, button), answer);
  form.setAttribute("aria-label", `Try ${op.dataset.method.toUpperCase()} ${op.dataset.path}`);
  let running = null;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    running?.abort();
    running = new AbortController();
    const { signal } = running;
    const request = read(op, operation, fields, body);
    const curl = block("curl", curlOf(request));
    answer.replaceChildren(el("p", {}, "Sending …"));
    try {
      const found = report(await send(request, signal));
      answer.replaceChildren(...found, ...curl);
    } catch (error) {
      if (signal.aborted) return;
      answer.replaceChildren(el("p", { className: "sum" }, `Not sent: ${error.message}`), ...curl);
    }
  });
  return form;
}

function addForms() {
  document.addEventListener("toggle", (event) => {
    const op = event.target;
    if (!op.open || !op.matches(".op") || $(".start", op)) return;
    const button = el("button", { type: "button" }, "Try it");
    const start = el("div", { className: "try start" }, el("div", { className: "row" }, button));
    $(".in", op).append(start);
    button.addEventListener("click", async () => {
      try {
        const form = await openForm(op);
        form.classList.add("start");
        start.replaceWith(form);
        $("input, select, textarea, button", form).focus();
      } catch (error) {
        button.after(el("span", {}, `Cannot: ${error.message}`));
      }
    });
  }, true);
}

addFilter();
addCredentials();
addForms();
addEventListener("hashchange", openTarget);
if (location.hash) openTarget();
