// The page: what is chosen, what is shown, and the buttons. Everything is asked of this server alone.

import { Camera, Sender } from "./camera.js";
import { arrowFor, clear, drawLines, drawOutline, fitText, placed } from "./draw.js";
import { Sound } from "./sound.js";

const $ = (id) => document.getElementById(id);
const page = crypto.getRandomValues(new Uint32Array(2)).join("-");
const measured = { late_ms: [], states: 0 };
const kept = (name, otherwise) => localStorage.getItem(`formcheck-${name}`) ?? otherwise;
const keep = (name, value) => localStorage.setItem(`formcheck-${name}`, value);

async function ask(path, body) {
  const answer = await fetch(path, {
    method: body === undefined ? "GET" : "POST",
    headers: { "content-type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const data = await answer.json().catch(() => ({}));
  if (!answer.ok) throw Object.assign(new Error(data.wrong ?? ""), { status: answer.status });
  return data;
}

const about = await ask("/about");
const words = about.words;
const state = { now: null, said: "", results: "", outline: null, outlineFor: "", lock: null, running: false };
const sound = new Sound(kept("voice", about.voice));
const camera = new Camera($("video"), frame, reopen);
const sender = new Sender(page, show, trouble);
Object.assign(window, { formcheck: { measured, sound, sender, camera } }); // for tests and for measuring

function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
}

// What is chosen

function begin() {
  document.documentElement.lang = about.language.slice(0, 2);
  document.title = words.title;
  for (const element of document.querySelectorAll("[data-word]")) {
    element.textContent = words[element.dataset.word];
  }
  $("exercise").append(new Option(words.any_exercise, "auto"));
  for (const each of about.exercises) $("exercise").append(new Option(each.title, each.name));
  $("exercise").value = about.exercise;
  $("side").value = about.side;
  $("lifter").value = about.lifter;
  $("voice").value = sound.mode;
  $("facing").value = kept("facing", "user");
  $("trust").hidden = !about.secure;
  if (about.trains) $("start").textContent = words.go_on;
  $("start").disabled = false;
  explain();
  refresh();
}

function chosen() {
  return about.exercises.find((each) => each.name === $("exercise").value);
}

function explain() {
  $("film").textContent = chosen()?.film ?? "";
  $("side").disabled = chosen()?.both_legs ?? false;
  state.outlineFor = "";
}

async function choose() {
  explain();
  const wanted = { exercise: $("exercise").value, side: $("side").value, lifter: $("lifter").value };
  try {
    await ask("/choose", wanted);
    $("wrong").textContent = "";
  } catch (error) {
    $("wrong").textContent = error.message || words.lost;
  }
}

for (const id of ["exercise", "side", "lifter"]) $(id).addEventListener("change", choose);
$("voice").addEventListener("change", () => {
  sound.mode = $("voice").value;
  keep("voice", sound.mode);
});
$("facing").addEventListener("change", () => {
  keep("facing", $("facing").value);
  if (state.running) reopen();
});

// Start and end

$("choice").addEventListener("submit", async (event) => {
  event.preventDefault();
  sound.unlock(about.sounds);
  if (state.running) return go();
  $("start").disabled = true;
  $("wrong").textContent = words.starting;
  try {
    await start();
  } finally {
    $("start").disabled = false;
  }
});

async function start() {
  let allowed = { refused: "", soon: true };
  for (let tries = 0; tries < 15 && allowed.soon; tries++) {
    if (tries) await new Promise((done) => setTimeout(done, 2000));
    try {
      allowed = await ask("/start", { page });
    } catch (error) {
      allowed = { refused: error.status === 403 ? words.ended : words.lost, soon: false };
    }
    $("wrong").textContent = allowed.refused || words.starting;
    if (!allowed.refused) break;
  }
  if (allowed.refused) return;
  try {
    await camera.open($("facing").value);
  } catch (error) {
    $("wrong").textContent = error.name === "NotFoundError" ? words.no_camera_found : words.no_camera;
    return;
  }
  $("wrong").textContent = "";
  sender.sent = 0;
  state.running = sender.on = true;
  $("start").textContent = words.go_on;
  go();
}

function go() {
  $("home").hidden = true;
  $("live").hidden = false;
  awake();
}

async function awake() {
  try {
    state.lock = await navigator.wakeLock?.request("screen");
  } catch {
    state.lock = null; // the phone may refuse when its battery is low
  }
}

async function reopen() {
  if (!state.running) return;
  try {
    await camera.open($("facing").value);
  } catch {
    $("trouble").textContent = words.no_camera;
  }
}

document.addEventListener("visibilitychange", () => {
  if (document.visibilityState !== "visible" || !state.running) return;
  awake();
  sound.context?.resume();
  if (!camera.alive) reopen();
});

function home() {
  $("live").hidden = true;
  $("home").hidden = false;
  refresh();
}

$("menu").addEventListener("click", home);
$("stop").addEventListener("click", async () => {
  sender.on = state.running = false;
  camera.close();
  state.lock?.release();
  document.body.dataset.stage = "off";
  $("start").textContent = words.start;
  $("wrong").textContent = words.starting;
  home();
  await ask("/press/end", {}).catch(() => undefined);
  for (let tries = 0; tries < 20; tries++) {
    await new Promise((done) => setTimeout(done, 500));
    const now = await ask("/state").catch(() => null);
    if (!now) continue;
    list(now);
    if (!now.judging) break;
  }
  $("wrong").textContent = "";
});
$("other-leg").addEventListener("click", async () => {
  await ask("/press/other-leg", {}).catch(() => undefined);
  const now = await ask("/about").catch(() => null);
  if (now) $("side").value = now.side;
});

// Frames out, what is known in

function frame(captured, since) {
  sender.frame($("video"), captured, since);
}

function trouble(status, times) {
  if (!sender.on) return;
  if (status === 403 || status === 409) {
    sender.on = state.running = false;
    camera.close();
    home();
    $("start").textContent = words.start;
    $("wrong").textContent = status === 409 ? words.elsewhere : words.ended;
  } else if (status === 0 && times > 4) {
    $("trouble").textContent = words.lost;
  }
}

function show(now, since) {
  state.now = now;
  measured.states++;
  $("trouble").textContent = now.wrong ?? "";
  for (const message of now.say) sound.say(message);
  list(now);
  if (now.lines === undefined) return;
  document.body.dataset.stage = now.stage;
  showCount(now);
  showTempo(now);
  showBanner(now);
  showAdvice(now);
  showSummary(now);
  drawOver(now); // last: a cue makes the picture smaller
  measured.late_ms.push(performance.now() - since);
  if (measured.late_ms.length > 5000) measured.late_ms.shift();
}

const mirrored = () => $("facing").value === "user";

function drawOver(now) {
  const video = $("video");
  document.body.classList.toggle("mirror", mirrored());
  const box = { width: video.clientWidth, height: video.clientHeight };
  if (!video.videoWidth || !box.width) return;
  const at = placed(video, box);
  const pen = clear($("overlay"), box);
  const stepIn = now.stage === "setup" && !now.summary.length && (now.advice || !now.lines.length);
  if (stepIn) outline(pen, at, now);
  drawLines(pen, now, video, at);
}

function outline(pen, at, now) {
  const shown = about.exercises.find((each) => each.name === (now.exercise || $("exercise").value));
  if (!shown) return;
  const near = $("side").value || "left";
  const key = `${shown.name} ${near} ${at.width} ${at.height}`;
  if (state.outlineFor !== key) {
    state.outlineFor = key;
    state.outline = drawOutline(shown.outline[near], at);
  }
  pen.drawImage(state.outline, at.x, at.y);
}

// The words for the parts of a repetition, in order of time; the last one is for none of them.
function phaseWords(now) {
  const [up, hold, down, ready] = about.phases;
  return now.down_first ? [down, hold, up, ready] : [up, hold, down, ready];
}

function showCount(now) {
  const held = Math.floor(now.held_s);
  $("number").textContent = held || now.reps;
  $("target").textContent = held ? words.seconds : now.target ? fill(words.of_target, { target: now.target }) : "";
  const names = { up: 0, hold: 1, down: 2, ready: 3 };
  const hold = now.phase === "hold" && !now.held_s ? ` ${now.tempo_s[1].toFixed(1)}` : "";
  $("phase").textContent = phaseWords(now)[names[now.phase]] + hold;
  $("phase").dataset.phase = now.phase;
  const told = now.stage === "set" ? `${now.reps} ${words.reps}` : "";
  if ($("told").textContent !== told) $("told").textContent = told;
  const seen = now.coverage === null ? "" : fill(words.judging, { share: Math.round(100 * now.coverage) });
  const not = now.blind.length ? fill(words.not_judged, { faults: now.blind.slice(0, 3).join(", ") }) : "";
  $("seen").textContent = [seen, not].filter(Boolean).join(", ");
}

function showTempo(now) {
  $("tempo").style.visibility = now.held_s ? "hidden" : "";
  const aim = now.aim_s ?? [1, 1, 2];
  const order = ["up", "hold", "down"];
  [...$("tempo").children].forEach((bar, i) => {
    bar.style.setProperty("flex-grow", aim[i]);
    bar.dataset.on = order[i] === now.phase;
    bar.dataset.full = Boolean(now.aim_s) && now.tempo_s[i] >= aim[i];
    const share = aim[i] ? Math.min(now.tempo_s[i] / aim[i], 1) : 0;
    bar.firstElementChild.style.setProperty("transform", `scaleX(${share})`);
    const wanted = now.aim_s ? ` / ${aim[i]}` : "";
    bar.lastElementChild.textContent = `${phaseWords(now)[i]} ${now.tempo_s[i].toFixed(1)}${wanted}`;
  });
}

function showBanner(now) {
  const text = now.banner?.text ?? "";
  const key = `${text} ${window.innerWidth} ${window.innerHeight}`;
  if (key === state.said) return;
  const fresh = !state.said.startsWith(`${text} `);
  state.said = key;
  const banner = $("banner");
  banner.textContent = text;
  banner.dataset.kind = now.banner?.kind ?? "";
  if (!text) return;
  const cue = ["cue", "safety", "praise"].includes(now.banner.kind) && now.stage === "set";
  const wide = window.innerWidth > window.innerHeight;
  fitText(banner, cue ? 150 : 60, 24, window.innerHeight * (cue ? (wide ? 0.42 : 0.46) : 0.3));
  if (fresh && cue) flash(now.banner.kind);
}

function flash(kind) {
  const live = $("live");
  live.dataset.flash = "";
  void live.offsetWidth; // begins the animation anew
  live.dataset.flash = kind;
}

function showAdvice(now) {
  const arrow = now.stage === "setup" ? arrowFor(now.advice, mirrored()) : null;
  $("advice").hidden = !arrow;
  if (!arrow) return;
  $("advice").querySelector("path").setAttribute("d", arrow.path);
  $("advice").querySelector("span").textContent = arrow.word ? words[arrow.word] : "";
}

function showSummary(now) {
  const key = now.summary.join("\n");
  const summary = $("summary");
  if (summary.dataset.key === key) return;
  summary.dataset.key = key;
  summary.replaceChildren(
    ...now.summary.map((line) => Object.assign(document.createElement("p"), { textContent: line })),
  );
  summary.hidden = !key;
  $("last-report").hidden = !key;
}

// Reports

function list(now) {
  const key = JSON.stringify(now.results);
  if (key === state.results) return;
  state.results = key;
  $("sets").hidden = !now.results.length;
  $("sets").querySelector("ul").replaceChildren(...[...now.results].reverse().map(row));
  const sets = now.results.filter((each) => !each.whole);
  $("last-report").onclick = () => read(sets[sets.length - 1]);
}

function row(result) {
  const item = document.createElement("li");
  const text = document.createElement("div");
  const head = document.createElement("strong");
  head.textContent = (result.whole ? `${words.whole}: ` : "") + (result.lines[0] ?? "");
  text.append(head);
  if (result.lines[1]) text.append(Object.assign(document.createElement("p"), { textContent: result.lines[1] }));
  const open = Object.assign(document.createElement("button"), { type: "button", textContent: words.report });
  open.setAttribute("aria-label", `${words.report}: ${head.textContent}`);
  open.addEventListener("click", () => read(result));
  item.append(text, open);
  return item;
}

function read(result) {
  $("report").querySelector("iframe").src = `/report/${result.number}`;
  $("report").showModal();
}

for (const button of document.querySelectorAll("[data-closes]")) {
  button.addEventListener("click", () => button.closest("dialog").close());
}
$("report").addEventListener("close", () => $("report").querySelector("iframe").removeAttribute("src"));
$("another").addEventListener("click", async () => {
  const { link, qr } = await ask("/another", {});
  $("code").querySelector("img").src = qr;
  $("code").querySelector(".link").textContent = link;
  $("code").showModal();
});

async function refresh() {
  const now = await ask("/state").catch(() => null);
  if (now) list(now);
}

begin();
