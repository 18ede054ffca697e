// The page of a job service: everything that it shows comes from the API, as text nodes only.

const STORED = "hybridq-key";
const MOST_BYTES = 2 ** 20;
const FINAL = ["completed", "failed", "cancelled"];
const MAIN_OPTIONS = ["ansatz", "p", "mixer", "optimizer", "shots", "max_evaluations"];
const $ = (id) => document.getElementById(id);
const jobs = new Map(); // by id; identifiers increase with time
const rows = new Map(), traces = new Map(); // by id: rows of the list, best values in the order in which they came
const VIEWS = ["jobs", "new", "models", "usage"];
let key = sessionStorage.getItem(STORED) ?? "";
let catalog = null, stream = null, isWhole = false; // whether all older jobs are here


function make(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in made && name !== "list") made[name] = value;
    else if (value !== null) made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}
const pairs = (rows) => make("dl", {}, ...rows.flatMap(([title, text]) => [make("dt", {}, title), make("dd", {}, text)]));
function table(titles, rows) {
  const cells = (tag, texts) => texts.map((text) => make(text === "" ? "td" : tag, tag === "th" && text ? { scope: "col" } : {}, text));
  return make("div", { className: "scroll", tabIndex: 0, role: "region", ariaLabel: "Table" },
    make("table", {},
      make("thead", {}, make("tr", {}, ...cells("th", titles))),
      make("tbody", {}, ...rows.map(({ texts, emphasized }) =>
        make("tr", { className: emphasized ? "emphasized" : "" }, ...cells("td", texts))))));
}

// Requests
async function request(path, { method = "GET", body, signal } = {}) {
  const headers = { Authorization: `Bearer ${key}`, ...(body && { "Content-Type": "application/json" }) };
  const answer = await fetch(path, { method, headers, body: JSON.stringify(body), signal, cache: "no-store" });
  if (!answer.ok) {
    const { detail, hint, pointer } = await answer.json().catch(() => ({}));
    if (answer.status === 401) forget("This key is not valid here, or no longer.");
    const text = [detail, hint].filter(Boolean).join(" — ") || `the server answered ${answer.status}`;
    throw Object.assign(new Error(text), { status: answer.status, pointer });
  }
  return answer;
}

async function ask(path, options) {
  const answer = await request(path, options);
  return answer.status === 204 ? null : answer.json();
}

async function follow() { // changes of all jobs, until the key is forgotten
  const own = (stream = new AbortController());
  for (let pause = 500; !own.signal.aborted; pause = Math.min(2 * pause, 15000)) {
    try {
      const answer = await request("v1/jobs/events", { signal: own.signal });
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      state("live");
      pause = 500;
      let text = "";
      for (let part = await reader.read(); !part.done; part = await reader.read()) {
        const blocks = (text + part.value).split("\n\n");
        text = blocks.pop();
        blocks.map((block) => block.match(/^event: (\w+)\ndata: (.*)$/m)).forEach(notice);
        showList();
      }
    } catch (error) {
      if (own.signal.aborted) return;
      if (error.status === 403) return state("this key cannot read jobs", true);
    }
    state("connection lost, trying again", true);
    await new Promise((wake) => setTimeout(wake, pause));
  }
}
function notice(event) {
  if (event?.[1] === "job") keep(JSON.parse(event[2]));
  if (event?.[1] === "deleted") {
    const { id } = JSON.parse(event[2]);
    for (const each of [jobs, rows, traces]) each.delete(id);
    if (chosen() === id) location.hash = "#jobs";
  }
  $("empty").hidden = jobs.size > 0;
}
function keep(job) {
  const best = job.progress?.best;
  if (typeof best === "number") traces.set(job.id, [...(traces.get(job.id) ?? []), best].slice(-400));
  const before = jobs.get(job.id);
  jobs.set(job.id, job);
  if (chosen() === job.id) showJob(job, before?.status !== job.status);
}
const state = (text, lost = false) => Object.assign($("state"), { textContent: text, className: lost ? "lost" : "" });

// Views
const chosen = () => location.hash.match(/^#job=([0-9a-f-]{36})$/)?.[1];
async function show() {
  const view = key ? VIEWS.find((each) => location.hash === `#${each}`) ?? "jobs" : "key";
  for (const each of ["key", ...VIEWS]) $(`view-${each}`).hidden = each !== view;
  for (const link of $("tabs").children) link.ariaCurrent = link.hash === `#${view}` ? "page" : null;
  $("tabs").hidden = $("forget").hidden = !key;
  $("job").hidden = !chosen();
  if (view === "jobs") showList();
  const work = { key: () => $("key").focus(), new: fillForm, usage: showUsage, models: showModels, jobs: openJob }[view];
  await work()?.catch((error) => state(error.message, true));
}
async function open() {
  follow();
  show();
  $("models-tab").hidden = !(await request("v1/models").then(() => true, () => false));
}
function forget(reason = "") {
  key = "";
  sessionStorage.removeItem(STORED);
  stream?.abort();
  state("");
  for (const each of [jobs, rows, traces]) each.clear();
  for (const id of ["job", "list", "models", "usage"]) $(id).replaceChildren();
  $("key-error").textContent = reason;
  show();
}
function showList() {
  const wanted = $("filter").value;
  const shown = [...jobs.values()].filter((job) => !wanted || job.status === wanted);
  shown.sort((a, b) => (a.id < b.id ? 1 : -1));
  const now = shown.map(rowOf), before = $("list").children; // rows stay, so that none goes away under a pointer
  if (now.length !== before.length || now.some((row, k) => row !== before[k])) $("list").replaceChildren(...now);
  $("older").hidden = jobs.size < 50 || isWhole;
}

function rowOf(job) {
  const row = rows.get(job.id) ?? make("li", {}, make("a", { href: `#job=${job.id}` }, ...["span", "span", "small"].map((tag) => make(tag))));
  const [name, status, facts] = row.firstChild.children;
  Object.assign(name, { className: "name", textContent: job.label || `${job.kind} ${job.id.slice(-6)}` });
  Object.assign(status, { className: `status ${job.status}`, textContent: job.status });
  facts.textContent = `${job.kind} · ${when(job.created)}${job.status === "running" ? ` · ${progress(job)}` : ""}`;
  row.firstChild.ariaCurrent = chosen() === job.id ? "true" : null;
  rows.set(job.id, row);
  return row;
}
const when = (text) => new Date(text).toLocaleString(undefined, { dateStyle: "short", timeStyle: "medium" });
const short = (value) => Number(value).toPrecision(7).replace(/\.?0+$/, "").replace("-", "−");
function progress(job) {
  const { stage, evaluations, best, seconds } = job.progress ?? {};
  return stage ?? [evaluations === undefined ? "starting" : `${evaluations.toLocaleString()} evaluations`,
    typeof best === "number" ? `best energy ${short(best)}` : "", seconds ? `${seconds.toFixed(1)} s` : ""].filter(Boolean).join(", ");
}

// One job
async function openJob(id = chosen()) {
  if (!id) return;
  try {
    const job = await ask(`v1/jobs/${id}`);
    jobs.set(id, job);
    if (chosen() === id) await showJob(job, true);
    if (innerWidth < 960) $("job").querySelector("h2").focus();
  } catch (error) {
    $("job").replaceChildren(make("p", { className: "error" }, error.message));
  }
}
function spark(values) {
  if (new Set(values).size < 2) return null;
  const low = Math.min(...values), high = Math.max(...values);
  const points = values.map((value, k) =>
    `${(100 * k) / (values.length - 1)},${36 - (32 * (value - low)) / (high - low)}`);
  const space = "http://www.w3.org/2000/svg";
  const drawn = document.createElementNS(space, "svg");
  const line = drawn.appendChild(document.createElementNS(space, "polyline"));
  line.setAttribute("points", points.join(" "));
  for (const [name, value] of Object.entries({ class: "spark", viewBox: "0 0 100 40", preserveAspectRatio: "none", role: "img",
    "aria-label": `best energy from ${short(values[0])} to ${short(values.at(-1))}` })) drawn.setAttribute(name, value);
  return drawn;
}
async function showJob(job, changed) {
  const panel = $("job"), ended = FINAL.includes(job.status);
  if (!changed && panel.dataset.id === job.id && panel.querySelector(".progress")) return showProgress(job, panel.querySelector(".progress"));
  panel.dataset.id = job.id;
  const act = (text, work, style = "quiet") => make("button", { type: "button", className: style,
    onclick: (event) => { event.target.disabled = true; work().catch((error) => fail("job-error", error)).finally(() => { event.target.disabled = false; }); } }, text);
  const outcome = make("div", { id: "outcome" });
  panel.replaceChildren(...[
    make("p", { className: "back" }, make("a", { href: "#jobs" }, "← All jobs")),
    make("h2", { tabIndex: -1 }, job.label || `${job.kind} ${job.id.slice(-6)}`),
    make("p", { className: `status ${job.status}`, role: "status" },
      job.cancel_requested && !ended ? "cancelling" : job.status),
    showProgress(job, make("div", { className: "progress" }, ...["progress", "p", "div"].map((tag) => make(tag)))),
    job.error ? make("p", { className: "error" }, job.error.detail ?? job.error.code) : null,
    outcome,
    make("div", { className: "row" },
      ended ? null : act("Cancel", async () => keep(await ask(`v1/jobs/${job.id}/cancel`, { method: "POST" }))),
      job.status === "completed" ? act("Download JSON", () => download(job)) : null,
      ended ? act("Delete", () => ask(`v1/jobs/${job.id}`, { method: "DELETE" }), "quiet danger") : null),
    make("p", { id: "job-error", className: "error", role: "alert" }),
    make("h3", {}, "Job"),
    pairs(jobFacts(job)),
  ].filter(Boolean));
  if (job.status === "completed") await showResult(job, outcome).catch((error) => outcome.append(error.message));
}
function showProgress(job, place) {
  const [bar, text, curve] = place.children;
  Object.assign(bar, { hidden: job.status !== "running", ariaLabel: "Progress", max: 1 });
  if (job.progress?.fraction !== undefined) bar.value = job.progress.fraction;
  const waits = job.position ? `Place ${job.position} in the queue.` : "Waiting for a slot.";
  text.textContent = { queued: waits, running: progress(job) }[job.status] ?? "";
  curve.replaceChildren(...[job.status === "running" ? spark(traces.get(job.id) ?? []) : null].filter(Boolean));
  return place;
}
function jobFacts(job) {
  const work = (saved) => Object.entries(job.usage ?? {})
    .filter(([name, value]) => value && name.startsWith("saved_") === saved)
    .map(([name, value]) => `${short(value)} ${name.replace("saved_", "").replaceAll("_", " ")}`).join(", ");
  return [
    ["Identifier", job.id], ["Kind", job.kind], ["Answered by", job.source], ["Tags", job.tags.join(", ")],
    ["Created", when(job.created)], ["Started", job.started && when(job.started)], ["Ended", job.ended && when(job.ended)],
    ["Attempts", job.attempt > 1 ? String(job.attempt) : ""], ["Work", work(false)], ["Work saved", work(true)],
  ].filter(([, text]) => text);
}
async function showResult(job, place) {
  const found = job.kind === "solve" ? await ask(`v1/jobs/${job.id}/report`) : null;
  if (!found) { // no sentences for this kind
    const text = JSON.stringify(await ask(`v1/jobs/${job.id}/result`), null, 1);
    place.append(make("pre", { tabIndex: 0 }, text.length > 20000 ? `${text.slice(0, 20000)} …` : text));
    return;
  }
  const { columns, rows } = found.comparison;
  place.append(
    make("p", { className: "headline" }, `${found.good ? "✓ " : ""}${found.headline}`),
    ...found.remarks.map((remark) => make("p", {}, remark)),
    table(["", ...columns], rows.map((row) => ({ texts: [row.name, ...row.cells], emphasized: row.emphasized }))),
    make("h3", {}, "Answer"), pairs(found.answer));
  const pictures = make("div", { className: "pictures" });
  place.append(pictures, make("details", {}, make("summary", {}, "Problem, circuit and search"), pairs(found.facts)));
  for (const { name, link } of found.pictures) {
    const image = make("img", { alt: `Picture: ${name.replaceAll("-", " ")}. ${found.brief}`, width: 540, height: 430 });
    pictures.append(make("figure", {}, image));
    image.onload = () => URL.revokeObjectURL(image.src);
    image.src = await urlOf(link.slice(1));
  }
}
const urlOf = async (path) => URL.createObjectURL(await (await request(path)).blob());
async function download(job) {
  const url = await urlOf(`v1/jobs/${job.id}/result`);
  make("a", { href: url, download: `${job.id}.json` }).click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

// The form, made of what the service says that jobs can choose
async function fillForm() {
  if (catalog) return; // what has been filled in stays
  catalog = await ask("v1/families");
  $("family").replaceChildren(...catalog.families.map(({ name }) => make("option", {}, name)));
  chooseFamily();
}
const family = () => catalog.families.find(({ name }) => name === $("family").value);
function chooseFamily() {
  const found = family();
  $("family-summary").textContent = `${found.summary} Reads ${found.reads.join(" or ")}.`;
  $("example").hidden = found.example === null;
  $("format").replaceChildren(make("option", { value: "" }, "recognized from the content"),
    ...found.formats.map((name) => make("option", {}, name)));
  fill($("family-options"), found.options, "/problem/options");
  const known = catalog.options.filter(({ name }) => !found.without.includes(name))
    .map((option) => ({ ...option, choices: found.choices[option.name] ?? option.choices }));
  fill($("solve-options"), known.filter(({ name }) => MAIN_OPTIONS.includes(name)), "/options");
  fill($("more-options"), known.filter(({ name }) => !MAIN_OPTIONS.includes(name)), "/options");
}
const fill = (place, options, pointer) => place.replaceChildren(...options.map((option) => field(option, pointer)));
function field(option, pointer) {
  const id = `${pointer}/${option.name}`;
  const properties = { id, name: id, "data-type": option.type, "aria-describedby": `${id}-help` };
  const choices = option.choices ?? (option.type === "boolean" ? ["true", "false"] : null);
  const input = choices
    ? make("select", properties, make("option", { value: "" }, "default"), ...choices.map((name) => make("option", {}, name)))
    : make("input", { ...properties, inputMode: { integer: "numeric", number: "decimal" }[option.type] ?? "text",
      placeholder: option.default === null ? "default" : String(option.default), spellcheck: false });
  const inner = make("div", { "data-inner": option.name, className: "fields" });
  const entries = catalog[{ optimizer: "optimizers", strategy: "strategies", engine: "engines" }[option.name]];
  if (entries) input.onchange = () => {
    const entry = entries.find(({ name }) => name === input.value);
    fill(inner, entry?.options ?? [], id);
    if (entry?.summary) inner.prepend(make("p", { className: "help" }, entry.summary));
  };
  return make("div", { className: "field" },
    make("label", { htmlFor: id }, option.name.replaceAll("_", " ")), input,
    make("p", { className: "help", id: `${id}-help` }, option.help), inner);
}
function valueOf(input) {
  const text = input.value.trim(), type = input.dataset.type;
  if (["integer", "number", "boolean", "json"].includes(type) || /^-?\d+(\.\d+)?([eE][-+]?\d+)?$|^[[{]/.test(text)) {
    try { return JSON.parse(text.replace("−", "-")); } catch { return text; } // the server says what it expects
  }
  return text;
}
function gather(pointer, place) {
  const found = {};
  for (const input of place.querySelectorAll(`[name^="${pointer}/"]`)) {
    const [name, further] = input.name.slice(pointer.length + 1).split("/");
    if (further !== undefined || input.value === "") continue;
    const inner = gather(`${pointer}/${name}`, place);
    found[name] = Object.keys(inner).length ? { name: input.value, ...inner } : valueOf(input);
  }
  return found;
}
async function submit() {
  const form = $("new-form");
  form.querySelectorAll("[aria-invalid]").forEach((each) => each.removeAttribute("aria-invalid"));
  $("new-error").textContent = "";
  const problem = { kind: $("family").value, content: $("content").value, format: $("format").value || null,
    options: gather("/problem/options", form) };
  const name = $("file-name").dataset.name ?? "";
  if (/^[A-Za-z0-9][A-Za-z0-9_. -]{0,63}$/.test(name)) problem.name = name;
  const body = { kind: "solve", problem, options: gather("/options", form), label: $("label").value,
    tags: $("tags").value.split(/[\s,]+/).filter(Boolean), priority: Number($("priority").value), pictures: true };
  if ($("seed").value !== "") body.seed = valueOf({ value: $("seed").value, dataset: { type: "integer" } });
  location.hash = `#job=${(await ask("v1/jobs", { method: "POST", body })).id}`;
}
function fail(place, error) {
  $(place).textContent = error.message;
  const parts = (error.pointer ?? "").split("/"); // the field itself, or that which holds it
  while (parts.length > 1 && !document.getElementsByName(parts.join("/")).length) parts.pop();
  const [input] = document.getElementsByName(parts.join("/"));
  input?.closest("details")?.setAttribute("open", "");
  input?.setAttribute("aria-invalid", "true");
  input?.focus();
}
async function take(file) {
  if (!file) return;
  const text = file.size > MOST_BYTES ? null : await file.text();
  const wrong = text === null ? " is larger than 1 MiB" : text.includes("\0") ? " is not a text file" : "";
  $("file-name").textContent = `${file.name}${wrong}`;
  if (wrong) return;
  $("file-name").dataset.name = file.name;
  $("content").value = text;
}

// Usage and models
async function showUsage() {
  const { usage } = await ask("v1/usage");
  const titles = ["Day", "Kind", "Jobs", "Reused", "Evaluations", "Shots", "Seconds of work"];
  const rows = usage.map((day) => ({ texts: [day.day, day.kind,
    ...[day.jobs, day.reused, day.evaluations ?? 0, day.shots ?? 0].map((value) => value.toLocaleString()),
    (day.cpu_seconds ?? 0).toFixed(1)] }));
  $("usage").replaceChildren(rows.length ? table(titles, rows) : make("p", {}, "No work yet."));
}
async function showModels() {
  const { models } = await ask("v1/models");
  const whole = await Promise.all(models.map(({ name }) => ask(`v1/models/${name}`)));
  $("models").replaceChildren(...(whole.length ? whole.map(modelPart) : [make("p", {}, "No models yet: register them with hybridq models register.")]));
}
function modelPart(model) {
  const path = `v1/models/${model.name}`, error = make("p", { className: "error", role: "alert" });
  const move = (text, question, where, options) => make("button", { type: "button", className: "quiet", onclick: async () => {
    if (!confirm(question)) return;
    await ask(where, options).then(showModels, (refusal) => { error.textContent = refusal.message; });
  } }, text);
  const rows = model.versions.map((each) => ({ texts: [String(each.version), each.title, String(each.p), each.families.join(", "),
    each.aliases.join(", ") || "–", each.compared ? `${((100 * each.overruled) / each.compared).toFixed(0)} % of ${each.compared}` : "–",
    each.aliases.includes("champion") ? "" : move("Make champion", `Let new jobs of ${model.name}@champion begin with version ${each.version}?`,
      `${path}/aliases/champion`, { method: "PUT", body: { version: each.version, reason: "on the page" } })] }));
  return make("article", {}, make("h2", {}, model.name),
    ...model.aliases.map(({ alias, version, canary }) => make("p", { className: "row" },
      `${alias} is version ${version}${canary ? `, a canary for ${short(100 * canary.share)} % of the jobs after ${canary.looks} comparisons` : ""}`,
      move("Roll back", `Move ${alias} of ${model.name} back from version ${version} to the one before?`, `${path}/rollback`,
        { method: "POST", body: { alias, if_version: version, reason: "on the page" } }))), error,
    table(["Version", "Title", "p", "Families", "Aliases", "Overruled by auto", ""], rows),
    make("h3", {}, "History"),
    model.history.length ? pairs(model.history.map(({ alias, from, to, kind, reason, time }) =>
      [when(time), `${alias}: ${kind}, ${from ?? "none"} → ${to ?? "none"}${reason ? ` (${reason})` : ""}`])) : make("p", {}, "No moves yet."));
}

// Events of the page
$("key-form").onsubmit = (event) => {
  event.preventDefault();
  key = $("key").value.trim();
  $("key").value = $("key-error").textContent = "";
  sessionStorage.setItem(STORED, key);
  open();
};
$("forget").onclick = () => forget();
$("filter").onchange = showList;
$("older").onclick = async () => {
  const found = await ask(`v1/jobs?limit=50&cursor=${[...jobs.keys()].sort()[0]}`);
  isWhole = found.next === null;
  for (const job of found.jobs) jobs.set(job.id, job);
  showList();
};
$("family").onchange = chooseFamily;
$("example").onclick = () => take(new File([family().example], "example"));
$("file").onchange = () => take($("file").files[0]);
for (const kind of ["dragover", "dragleave", "drop"]) $("content").addEventListener(kind, (event) => {
  $("content").classList.toggle("over", kind === "dragover");
  if (kind !== "drop" || event.dataTransfer.files.length) event.preventDefault();
  if (kind === "drop") take(event.dataTransfer.files[0]);
});
$("new-form").onsubmit = (event) => {
  event.preventDefault();
  event.submitter.disabled = true;
  submit().catch((error) => fail("new-error", error)).finally(() => { event.submitter.disabled = false; });
};
addEventListener("hashchange", show);
if (key) open(); else show();
