// The page on which a person labels a clip: marks while it plays, saves every change, tells the result afterwards.
"use strict";
(() => {
  const $ = (id) => document.getElementById(id);
  let about = JSON.parse($("data").textContent);
  const video = $("video");
  const known = new Map(about.exercises.map((one) => [one.name, one]));
  const OWN = ["exercise", "view", "side", "tops", "partial_tops", "full_reps", "sets", "faults", "clean", "notes"];
  OWN.push("occlusion", "confidence", "label_window_s", "blind");
  let ids = 0;
  let state = fromLabel(null);
  let mark = "";
  let blind = null;
  let reps = [];

  // The label, from its file and into it

  function newSet(exercise = "", side = "-") {
    return { exercise, side, form: "", t: null };
  }
  function fromLabel(label) {
    label = label || { exercise: "", tops: [] };
    const rest = Object.fromEntries(Object.entries(label).filter(([key]) => !OWN.includes(key)));
    let sets = (label.sets || []).map((one) => ({ exercise: one.exercise || label.exercise, side: one.side, form: one.form || "", t: one.t, tops: one.tops }));
    const turns = label.side === "alternating" && sets.length === 2 && sets[0].exercise === sets[1].exercise;
    const tops = label.tops.map((time) => {
      const own = Math.max(0, sets.findIndex((one) => one.tops.includes(time)));
      const leg = turns ? sets[own].side : "";
      return { id: ++ids, time, partial: (label.partial_tops || []).includes(time), set: turns ? 0 : own, leg };
    });
    if (turns) sets = [{ ...newSet(sets[0].exercise, "alternating"), form: sets[0].form }];
    if (!sets.length) sets = [newSet(label.exercise, label.side || "-")];
    const faults = new Map(Object.entries(label.faults || {}).map(([name, value]) => readFault(name, value, tops)));
    const [from, to] = label.label_window_s || ["", ""];
    return {
      rest, sets, tops, faults, from, to,
      view: label.view || "", confidence: label.confidence || "high", clean: Boolean(label.clean),
      notes: label.notes || "", occlusion: label.occlusion || "", current: sets.length - 1,
    };
  }
  function readFault(name, value, tops) {
    const unsure = name.endsWith("?");
    const key = unsure ? name.slice(0, -1) : name;
    if (Array.isArray(value)) return [key, { mode: "some", tops: new Set(value.map((n) => tops[n - 1].id)), unsure }];
    if (value === "all" || value === "none") return [key, { mode: value, tops: new Set(), unsure }];
    return [key, { mode: "words", words: value, tops: new Set(), unsure }];
  }
  function toLabel() {
    const tops = state.tops.slice().sort((a, b) => a.time - b.time);
    const number = new Map(tops.map((top, at) => [top.id, at + 1]));
    const label = {
      ...state.rest,
      exercise: unique(state.sets.map((one) => one.exercise)).join(" then "),
      view: state.view,
      side: unique(state.sets.map((one) => one.side)).join(" then "),
      tops: tops.map((top) => top.time),
      partial_tops: tops.filter((top) => top.partial).map((top) => top.time),
      full_reps: tops.filter((top) => !top.partial).length,
      faults: {},
      clean: state.clean,
      notes: state.notes,
      occlusion: state.occlusion,
      confidence: state.confidence,
    };
    const groups = state.sets.flatMap((one, at) => groupsOf(one, tops.filter((top) => top.set === at)));
    if (groups.length > 1 || groups.some((one) => one.form)) label.sets = groups;
    for (const [name, fault] of state.faults) {
      const some = [...fault.tops].map((id) => number.get(id)).filter(Boolean).sort((a, b) => a - b);
      const value = { all: "all", none: "none", words: fault.words, some: some.length ? some : null }[fault.mode];
      if (value) label.faults[name + (fault.unsure ? "?" : "")] = value;
    }
    const [from, to] = [state.from, state.to].map((text) => (text === "" ? null : Number(text)));
    if (from !== null || to !== null) label.label_window_s = [from ?? 0, to ?? length()];
    if (blind !== null) label.blind = blind;
    return label;
  }
  function groupsOf(set, tops) {
    const legs = set.side === "alternating" ? ["left", "right", ""] : [null];
    return legs.map((leg) => {
      const own = tops.filter((top) => leg === null || top.leg === leg).map((top) => top.time);
      if (!own.length) return null;
      const inside = set.t && set.t[0] <= own[0] && own[own.length - 1] <= set.t[1];
      const t = inside ? set.t : [Math.max(0, round(own[0] - 1)), round(own[own.length - 1] + 1)];
      const group = { exercise: set.exercise, side: leg === null ? set.side : leg || "alternating", t, tops: own };
      if (set.form) group.form = set.form;
      return group;
    }).filter(Boolean);
  }
  const unique = (items) => [...new Set(items.filter(Boolean))];
  const round = (value) => Math.round(value * 100) / 100;

  // Saving

  let dirty = 0;
  let busy = false;
  let timer = null;
  async function ask(method, what, body, headers = {}) {
    const options = { method, headers: { ...headers } };
    if (body !== undefined) options.body = JSON.stringify(body);
    const reply = await fetch(what, options);
    const data = await reply.json().catch(() => ({ says: reply.statusText }));
    if (!reply.ok) throw new Error(data.says || reply.statusText);
    return data;
  }
  function say(text, bad = false) {
    $("status").textContent = text;
    $("status").classList.toggle("bad", bad);
  }
  function changed(redraw = true) {
    dirty += 1;
    keep(JSON.stringify({ mark, label: toLabel() }));
    if (redraw) draw();
    say("Saving …");
    clearTimeout(timer);
    timer = setTimeout(save, 250);
  }
  function keep(draft) {
    try {
      if (draft === null) sessionStorage.removeItem("draft");
      else sessionStorage.setItem("draft", draft);
    } catch { /* without it, what was not saved yet is lost by a reload only */ }
  }
  async function save() {
    if (busy) return true;
    if (state.sets.some((one) => !one.exercise)) {
      say("Not saved yet: name the exercise of each set.", true);
      return false;
    }
    busy = true;
    const at = dirty;
    try {
      take(await ask("PUT", "label", toLabel(), { "If-Match": mark }));
      if (at === dirty) {
        dirty = 0;
        keep(null);
        say("Saved");
        if (!$("result").hidden && reps.length + $("differ").children.length) showResult(await ask("GET", "result"));
      }
      return true;
    } catch (error) {
      say(`Not saved: ${error.message}`, true);
      return false;
    } finally {
      busy = false;
      if (dirty && dirty !== at) timer = setTimeout(save, 50);
    }
  }
  function take(stored) {
    mark = stored.mark;
    blind = stored.label && stored.label.blind !== undefined ? stored.label.blind : null;
    if (stored.label) state.rest = fromLabel(stored.label).rest;
    $("blind").textContent = { true: "Done before formcheck's result was shown.", false: "Changed after formcheck's result was shown." }[String(blind)] || "";
    $("reveal").textContent = blind === null ? "Label is done: show what formcheck thinks" : "Show what formcheck thinks";
  }
  addEventListener("beforeunload", (event) => dirty && event.preventDefault());

  // The player

  const now = () => (video.currentTime - about.lead) / about.slow;
  const length = () => (Number.isFinite(video.duration) ? (video.duration - about.lead) / about.slow : 0);
  function seek(time) {
    video.pause();
    video.currentTime = Math.max(0, time * about.slow + about.lead);
  }
  const step = (frames) => seek(now() + frames / about.fps / about.slow);
  function tick() {
    $("clock").textContent = `${Math.max(0, now()).toFixed(2)} s`;
    if (length()) $("playhead").style.left = `${(100 * Math.max(0, now())) / length()}%`;
    if (!video.paused) requestAnimationFrame(tick);
  }
  for (const kind of ["play", "pause", "seeked", "timeupdate", "loadedmetadata"]) {
    video.addEventListener(kind, () => {
      $("play").textContent = video.paused ? "Play" : "Pause";
      tick();
      if (kind === "loadedmetadata") drawMarks();
    });
  }
  const toggle = () => (video.paused ? video.play().catch(() => {}) : video.pause());
  function speed(by) {
    const choice = $("speed");
    choice.selectedIndex = Math.min(choice.options.length - 1, Math.max(0, choice.selectedIndex + by));
    video.playbackRate = Number(choice.value);
  }
  let copying = false;
  async function convert() {
    if (copying) return;
    copying = true;
    const box = $("converting");
    box.hidden = false;
    try {
      for (;;) {
        const found = await ask("POST", "convert");
        if (found.state === "failed") throw new Error(found.says);
        if (found.state === "done") break;
        box.textContent = `This browser cannot play the clip. A copy that it can play is made: ${Math.round(100 * (found.share || 0))} %`;
        await pause(400);
      }
      about = await ask("GET", "about");
      box.hidden = true;
      video.src = "clip?copy";
    } catch (error) {
      box.textContent = `The clip cannot be shown: ${error.message}`;
    }
  }
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));
  video.addEventListener("error", convert);

  // What is marked

  function add(partial) {
    const time = Math.max(0, round(now()));
    if (state.tops.some((top) => top.time === time)) return;
    const side = state.sets[state.current].side;
    const before = state.tops.filter((top) => top.set === state.current && top.time < time).sort((a, b) => b.time - a.time)[0];
    const leg = side === "alternating" ? (before && before.leg === "left" ? "right" : "left") : "";
    state.tops.push({ id: ++ids, time, partial, set: state.current, leg });
    changed();
  }
  function undo() {
    const last = state.tops.reduce((best, top) => (best && best.id > top.id ? best : top), null);
    if (last) drop(last);
  }
  function drop(top) {
    state.tops = state.tops.filter((one) => one !== top);
    changed();
  }
  function addSet() {
    const before = state.sets[state.sets.length - 1];
    const other = { left: "right", right: "left" }[before.side] || before.side;
    state.sets.push(newSet(before.exercise, other));
    state.current = state.sets.length - 1;
    changed();
  }

  // Drawing

  function make(tag, options = {}, ...children) {
    const { on, data, ...rest } = options;
    const item = Object.assign(document.createElement(tag), rest);
    for (const [kind, action] of Object.entries(on || {})) item.addEventListener(kind, action);
    Object.assign(item.dataset, data || {});
    item.append(...children);
    return item;
  }
  function select(name, value, options, action) {
    const item = make("select", { ariaLabel: name, on: { change: () => action(item.value) } });
    for (const [key, text] of options) item.append(make("option", { value: key, textContent: text, selected: key === value }));
    return item;
  }
  function draw() {
    const focus = document.activeElement && document.activeElement.dataset ? document.activeElement.dataset.key : undefined;
    drawSets();
    drawTops();
    drawFaults();
    drawMarks();
    if (focus) document.querySelector(`[data-key="${CSS.escape(focus)}"]`)?.focus();
  }
  const plain = (name) => name.toLowerCase().replace(/[\s_]+/g, "-");
  function drawSets() {
    const legs = [["-", "none"], ["left", "left leg"], ["right", "right leg"], ["both", "both legs"], ["alternating", "in turn"]];
    $("sets").replaceChildren(...state.sets.map((one, at) => {
      const listed = known.has(plain(one.exercise)) ? plain(one.exercise) : one.exercise === "" || one.exercise === "none" ? one.exercise : "other";
      const choices = [["", "choose …"], ...about.exercises.map((item) => [item.name, item.title]), ["none", "another exercise, not judged"], ["other", "another one, named:"]];
      const number = `set ${at + 1}`;
      const exercise = select(`Exercise of ${number}`, one.named ? "other" : listed, choices, (value) => {
        one.named = value === "other";
        one.exercise = value === "other" ? "" : value;
        if (known.get(value)?.both) one.side = "both";
        else if (one.side === "both") one.side = "-";
        changed();
      });
      exercise.dataset.key = `exercise-${at}`;
      const guess = one.side.endsWith("?");
      const side = select(`Leg of ${number}`, one.side.replace("?", ""), legs, (value) => {
        one.side = value + (guess ? "?" : "");
        changed();
      });
      side.dataset.key = `side-${at}`;
      const unsure = make("label", { className: "check" }, make("input", { type: "checkbox", checked: guess, on: { change: (event) => {
        one.side = one.side.replace("?", "") + (event.target.checked ? "?" : "");
        changed();
      } } }), " leg is a guess");
      const row = make("li", { className: at === state.current ? "current" : "" }, exercise, side, unsure);
      if (one.named || listed === "other") {
        const text = make("input", { value: one.exercise, maxLength: 60, placeholder: "its name", ariaLabel: `Name of the exercise of ${number}`, on: { change: () => {
          one.exercise = text.value.trim();
          changed();
        } } });
        exercise.after(text);
      }
      if (state.sets.length > 1) {
        row.append(
          make("button", { type: "button", className: "tool", textContent: at === state.current ? "Marks go here" : "Mark here", ariaPressed: String(at === state.current), on: { click: () => { state.current = at; draw(); } } }),
          make("button", { type: "button", className: "tool", textContent: "✕", ariaLabel: `Remove ${number}`, disabled: state.tops.some((top) => top.set === at), on: { click: () => {
            state.sets.splice(at, 1);
            for (const top of state.tops) if (top.set > at) top.set -= 1;
            state.current = Math.min(state.current, state.sets.length - 1);
            changed();
          } } }),
        );
      }
      return row;
    }));
  }
  function sorted() {
    return state.tops.slice().sort((a, b) => a.time - b.time);
  }
  function drawTops() {
    const tops = sorted();
    $("count").textContent = tops.length ? `${tops.length}` : "";
    $("no-tops").hidden = tops.length > 0;
    $("tops").replaceChildren(...tops.map((top, at) => {
      const name = `top ${at + 1}`;
      const time = make("input", { type: "number", step: "0.01", min: "0", value: top.time.toFixed(2), ariaLabel: `Second of ${name}`, data: { key: `time-${top.id}` }, on: { change: () => {
        const value = Number(time.value);
        if (time.value !== "" && value >= 0 && !state.tops.some((one) => one !== top && one.time === value)) top.time = round(value);
        changed();
      } } });
      const row = make("li", {},
        make("span", { className: "number", textContent: at + 1 }), time,
        make("button", { type: "button", className: "seek", textContent: "Show", ariaLabel: `Show ${name}`, on: { click: () => seek(top.time) } }),
        make("button", { type: "button", className: "tool", textContent: "Move here", ariaLabel: `Move ${name} to the moment shown`, on: { click: () => {
          const value = Math.max(0, round(now()));
          if (!state.tops.some((one) => one !== top && one.time === value)) top.time = value;
          changed();
        } } }),
        make("label", { className: "check" }, make("input", { type: "checkbox", checked: top.partial, data: { key: `partial-${top.id}` }, on: { change: (event) => { top.partial = event.target.checked; changed(); } } }), " partial"));
      if (state.sets[top.set].side.startsWith("alternating")) {
        row.append(select(`Leg of ${name}`, top.leg, [["", "leg?"], ["left", "left"], ["right", "right"]], (value) => { top.leg = value; changed(); }));
      }
      if (state.sets.length > 1) {
        row.append(select(`Set of ${name}`, String(top.set), state.sets.map((_, i) => [String(i), `set ${i + 1}`]), (value) => { top.set = Number(value); changed(); }));
      }
      row.append(make("button", { type: "button", className: "tool", textContent: "✕", ariaLabel: `Remove ${name}`, on: { click: () => drop(top) } }));
      return row;
    }));
  }
  function drawFaults() {
    const listed = new Map();
    for (const one of state.sets) for (const fault of known.get(plain(one.exercise))?.faults || []) listed.set(fault.name, fault.says);
    for (const name of state.faults.keys()) if (!listed.has(name)) listed.set(name, "");
    const tops = sorted();
    $("faults").replaceChildren(...[...listed].map(([name, says]) => {
      const fault = state.faults.get(name) || { mode: "", tops: new Set(), unsure: false };
      const set = (changes) => {
        state.faults.set(name, { ...fault, ...changes });
        if (!state.faults.get(name).mode) state.faults.delete(name);
        changed();
      };
      const modes = [["", "not said"], ["none", "not there"], ["all", "in all"], ["some", "in some:"]];
      if (fault.words) modes.push(["words", fault.words.slice(0, 40)]);
      const choice = select(name.replaceAll("-", " "), fault.mode, modes, (mode) => set({ mode }));
      choice.dataset.key = `fault-${name}`;
      const row = make("li", { className: fault.mode && fault.mode !== "none" ? "there" : "" }, make("span", { className: "fault-name", textContent: name.replaceAll("-", " "), title: says }), choice);
      if (fault.mode === "some") {
        row.append(make("span", { className: "numbers", role: "group", ariaLabel: `Repetitions with ${name}` }, ...tops.map((top, at) => make("button", {
          type: "button", className: "tool", textContent: at + 1, ariaPressed: String(fault.tops.has(top.id)), data: { key: `${name}-${top.id}` },
          on: { click: () => {
            const own = new Set(fault.tops);
            if (!own.delete(top.id)) own.add(top.id);
            set({ tops: own });
          } },
        }))));
      }
      if (fault.mode && fault.mode !== "none") {
        row.append(make("label", { className: "check" }, make("input", { type: "checkbox", checked: fault.unsure, data: { key: `unsure-${name}` }, on: { change: (event) => set({ unsure: event.target.checked }) } }), " not sure"));
      }
      return row;
    }));
  }
  function drawMarks() {
    const whole = length();
    const lane = $("marks");
    lane.replaceChildren($("playhead"));
    if (!whole) return;
    const place = (item, time) => {
      item.style.left = `${Math.min(100, (100 * time) / whole)}%`;
      lane.append(item);
      return item;
    };
    for (const rep of reps) {
      const bar = place(make("span", { className: rep.partial ? "their partial" : "their", title: `formcheck: ${rep.exercise}, ${rep.side}` }), rep.start);
      bar.style.width = `${(100 * (rep.end - rep.start)) / whole}%`;
    }
    sorted().forEach((top, at) => place(make("button", { type: "button", className: `mark set-${top.set % 4}${top.partial ? " partial" : ""}`, textContent: at + 1, ariaLabel: `Top ${at + 1} at ${top.time.toFixed(2)} s`, on: { click: () => seek(top.time) } }), top.time));
  }

  // What formcheck thinks

  async function reveal() {
    clearTimeout(timer);
    while (busy) await pause(50);
    if (!(await save())) return;
    $("result").hidden = false;
    $("reveal").disabled = true;
    $("h-result").focus();
    try {
      let found = await ask("POST", "result");
      take(await ask("GET", "label"));
      while (found.state === "working") {
        $("differ").textContent = `Looking at the clip: ${Math.round(100 * (found.share || 0))} %`;
        await pause(400);
        found = await ask("GET", "result");
      }
      if (found.state === "failed") throw new Error(found.says);
      showResult(found);
    } catch (error) {
      $("differ").textContent = error.message;
    } finally {
      $("reveal").disabled = false;
    }
  }
  function showResult(found) {
    reps = found.reps || [];
    const rows = (found.differ || []).map((one) => {
      const row = make("li", {},
        make("strong", { textContent: one.title }),
        make("dl", { className: "sides" }, make("dt", { textContent: "You" }), make("dd", { textContent: one.eye }), make("dt", { textContent: "formcheck" }), make("dd", { textContent: one.measured })));
      if (one.time !== null) row.append(make("button", { type: "button", className: "seek", textContent: `Show at ${one.time.toFixed(1)} s`, on: { click: () => seek(one.time) } }));
      return row;
    });
    const full = reps.filter((rep) => !rep.partial);
    const names = unique(full.map((rep) => rep.exercise)).join(", ");
    const summary = `It counts ${full.length} repetition${full.length === 1 ? "" : "s"}${names ? ` of: ${names}` : ""}. ${rows.length ? `${rows.length} thing${rows.length === 1 ? " is" : "s are"} said differently:` : "Nothing is said differently."}`;
    $("differ").replaceChildren(make("p", { textContent: summary }), make("ul", { className: "differ" }, ...rows), ...(found.notes || []).map((note) => make("p", { className: "dim small", textContent: note })));
    drawMarks();
  }

  // What is pressed

  const press = { play: toggle, back: () => step(-1), on: () => step(1), mark: () => add(false), "mark-partial": () => add(true), undo, "new-set": addSet, reveal };
  for (const [id, action] of Object.entries(press)) $(id).addEventListener("click", action);
  $("speed").addEventListener("change", () => speed(0));
  $("done").addEventListener("click", async () => {
    clearTimeout(timer);
    while (busy) await pause(50);
    if (dirty && !(await save())) return;
    await ask("POST", "done");
    document.body.classList.add("closed");
    say("Done. You can close this page.");
  });
  $("add-fault").addEventListener("click", () => {
    const name = plain($("other-fault").value.trim()).replace(/\?+$/, "");
    $("other-fault").value = "";
    if (!name) return;
    state.faults.set(name, { mode: "all", tops: new Set(), unsure: false });
    changed();
  });
  const fields = { view: "view", confidence: "confidence", notes: "notes", occlusion: "occlusion", from: "from", to: "to" };
  for (const [id, key] of Object.entries(fields)) {
    $(id).addEventListener("input", () => {
      state[key] = ["from", "to"].includes(id) ? $(id).value.trim().replace(",", ".") : $(id).value;
      changed(false);
    });
  }
  $("clean").addEventListener("change", () => { state.clean = $("clean").checked; changed(); });
  const keys = {
    " ": toggle, ArrowLeft: (event) => (event.shiftKey ? seek(now() - 1) : step(-1)), ArrowRight: (event) => (event.shiftKey ? seek(now() + 1) : step(1)),
    "[": () => speed(-1), "]": () => speed(1), t: () => add(false), p: () => add(true), z: undo, n: addSet,
  };
  addEventListener("keydown", (event) => {
    const typing = event.target.closest("input:not([type=checkbox]), textarea, select");
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === " " && event.target.closest("button, summary, input")) return;
    const action = keys[event.key] || keys[event.key.toLowerCase()];
    if (!action || (event.repeat && !event.key.startsWith("Arrow"))) return;
    event.preventDefault();
    action(event);
  });

  // Beginning

  function fill() {
    if (![...$("view").options].some((one) => one.value === state.view)) $("view").append(make("option", { value: state.view, textContent: state.view }));
    for (const [id, key] of Object.entries(fields)) $(id).value = state[key];
    $("clean").checked = state.clean;
    draw();
  }
  async function begin() {
    if (about.plays) video.src = "clip";
    else convert();
    const stored = await ask("GET", "label");
    state = fromLabel(stored.label);
    take(stored);
    let draft = null;
    try {
      draft = JSON.parse(sessionStorage.getItem("draft"));
    } catch { /* none */ }
    if (draft && draft.mark === mark) {
      state = fromLabel(draft.label);
      fill();
      changed();
    } else {
      keep(null);
      fill();
      say(stored.label ? "Saved" : "");
    }
    document.body.classList.add("ready");
  }
  begin().catch((error) => say(error.message, true));
})();
