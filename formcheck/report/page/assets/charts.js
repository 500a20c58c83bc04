// Draws the page's plots with Observable Plot. What they show is plain data made by charts.py.
"use strict";
const formcheckCharts = (() => {
  const COLOUR = {
    ok: "var(--ok)", warn: "var(--warn)", fault: "var(--fault)",
    "too-close": "var(--close)", plain: "var(--line)",
  };
  const SYMBOL = { ok: "circle", warn: "triangle", fault: "times", "too-close": "diamond", plain: "circle" };
  const PHASE = { up: "var(--up)", hold: "var(--hold)", down: "var(--down)" };
  const signs = { deg: "°", s: " s", "%": " %", points: "", reps: "" };
  const withUnit = (value, unit) =>
    (unit === "s" ? value.toFixed(2) : String(Math.round(value * 10) / 10)) + (signs[unit] ?? ` ${unit}`);
  const span = (values) => {
    const [low, high] = d3.extent(values.filter((value) => value !== null && Number.isFinite(value)));
    const pad = 0.08 * (high - low || 1);
    return [low - pad, high + pad];
  };
  const clipped = (zones, [low, high]) =>
    zones
      .map((zone) => ({ ...zone, low: Math.max(zone.low ?? low, low), high: Math.min(zone.high ?? high, high) }))
      .filter((zone) => zone.high > zone.low);
  const fill = (zone) => (zone.level === "fault" ? "var(--fault-zone)" : "var(--warn-zone)");

  function frame(width, height, unit, domain) {
    return {
      width, height, marginLeft: 46, marginRight: 14, marginTop: 22, marginBottom: 30,
      style: { background: "transparent", color: "var(--ink)", fontFamily: "inherit", fontSize: "12px" },
      y: { label: null, domain, grid: true, ticks: 5, tickFormat: (value) => withUnit(value, unit) },
    };
  }

  // Dots with their uncertainty: shape and colour both tell the status.
  const judged = (dots) => [
    Plot.ruleX(dots, { x: "x", y1: (d) => d.y - d.u, y2: (d) => d.y + d.u, stroke: (d) => COLOUR[d.status], strokeWidth: 2 }),
    Plot.dot(dots, {
      x: "x", y: "y", r: 5.5, symbol: (d) => SYMBOL[d.status], fill: (d) => (d.status === "fault" ? "none" : COLOUR[d.status]),
      stroke: (d) => (d.status === "fault" ? COLOUR.fault : "var(--card)"), strokeWidth: (d) => (d.status === "fault" ? 3 : 1.5),
    }),
  ];
  const pointed = (points, title) => [
    Plot.ruleX(points, Plot.pointerX({ x: "x", stroke: "var(--dim)", strokeDasharray: "3,3" })),
    Plot.tip(points, Plot.pointerX({ x: "x", y: "y", title, fill: "var(--card)", stroke: "var(--edge)", fontSize: 13 })),
  ];

  function line(chart, data, width) {
    const points = [];
    data.time.forEach((t, i) => {
      if (i && t - data.time[i - 1] > 1.5) points.push({ x: (t + data.time[i - 1]) / 2, y: null });
      points.push({ x: t, y: chart.y[i] });
    });
    const near = chart.zones.flatMap((zone) => [zone.low, zone.high]).filter((edge) => edge !== null);
    const domain = span([...chart.y, ...near, ...chart.dots.flatMap((d) => [d.y - d.u, d.y + d.u])]);
    const [first, last] = d3.extent(data.time);
    const known = points.filter((point) => point.y !== null);
    const of = (t) => data.reps.find((rep) => rep.from <= t && t <= rep.to);
    const title = (p) => `${withUnit(p.y, chart.unit)} at ${p.x.toFixed(1)} s${of(p.x) ? `, rep ${of(p.x).rep}` : ""}`;
    const crowded = width / Math.max(data.reps.length, 1) < 26;
    const plot = Plot.plot({
      ...frame(width, 230, chart.unit, domain),
      x: { label: null, domain: [first, last], tickFormat: (t) => `${t} s`, ticks: Math.max(3, Math.round(width / 110)) },
      marks: [
        Plot.rect(data.reps, { x1: "from", x2: "to", y1: domain[0], y2: domain[1], fill: "var(--rep)" }),
        Plot.rect(clipped(chart.zones, domain), { x1: "from", x2: "to", y1: "low", y2: "high", fill }),
        Plot.text(data.reps.filter((rep, i) => !crowded || i % 2 === 0), {
          x: (rep) => (rep.from + rep.to) / 2, frameAnchor: "top", dy: -14, text: (rep) => `${rep.rep}`, fill: "var(--dim)",
        }),
        Plot.lineY(points, { x: "x", y: "y", stroke: "var(--line)", strokeWidth: 1.8 }),
        ...judged(chart.dots),
        ...pointed(known, title),
      ],
    });
    return { plot, points: known, title };
  }

  function dots(chart, data, width) {
    const edges = chart.zones.flatMap((zone) => [zone.low, zone.high]).filter((edge) => edge !== null);
    const domain = span([...edges, ...chart.dots.flatMap((d) => [d.y - d.u, d.y + d.u])]);
    const reps = chart.dots.map((d) => d.x);
    const plot = Plot.plot({
      ...frame(width, 200, chart.unit, domain),
      x: { label: null, domain: [d3.min(reps) - 0.6, d3.max(reps) + 0.6], ticks: [...new Set(reps)].filter((rep, i, all) => all.length * 24 < width || i % 2 === 0), tickFormat: (rep) => `${rep}` },
      marks: [
        Plot.rect(clipped(chart.zones, domain), { x1: d3.min(reps) - 0.6, x2: d3.max(reps) + 0.6, y1: "low", y2: "high", fill }),
        ...judged(chart.dots),
        ...pointed(chart.dots, (d) => d.text),
      ],
    });
    return { plot, points: chart.dots, title: (d) => d.text };
  }

  function overlay(chart, data, width) {
    const points = chart.lines.flatMap((each) => each.points.map(([x, y]) => ({ x, y, rep: each.rep, mark: each.mark })));
    const any = points.some((point) => point.mark);
    const of = (mark) => points.filter((point) => point.mark === mark);
    const lines = (some, options) => Plot.lineY(some, { x: "x", y: "y", z: "rep", ...options });
    const ends = ["best", "worst"].flatMap((mark) => {
      const found = of(mark).filter((point) => point.y !== null);
      return found.length ? [d3.greatest(found, (point) => point.y)] : [];
    });
    const known = points.filter((point) => point.y !== null);
    const title = (p) => `Rep ${p.rep}${p.mark ? ` (${p.mark})` : ""}: ${withUnit(p.y, chart.unit)} at ${Math.round(p.x)} %`;
    const plot = Plot.plot({
      ...frame(width, 230, chart.unit, span(points.map((point) => point.y))),
      x: { label: null, domain: [0, 100], tickFormat: (x) => `${x} %`, ticks: 5 },
      marks: [
        lines(of(""), { stroke: any ? "var(--faint)" : "var(--line)", strokeWidth: any ? 1.2 : 1.5, strokeOpacity: any ? 0.9 : 0.65 }),
        lines(of("best"), { stroke: "var(--ok)", strokeWidth: 3 }),
        lines(of("worst"), { stroke: "var(--fault)", strokeWidth: 3, strokeDasharray: "7,4" }),
        Plot.text(ends, { x: "x", y: "y", text: (d) => `${d.mark}: rep ${d.rep}`, dy: -10, fontWeight: 600, fill: (d) => (d.mark === "best" ? "var(--ok)" : "var(--fault)"), stroke: "var(--card)", strokeWidth: 4 }),
        Plot.dot(known, Plot.pointer({ x: "x", y: "y", r: 4, fill: "var(--line)" })),
        Plot.tip(known, Plot.pointer({ x: "x", y: "y", title, fill: "var(--card)", stroke: "var(--edge)", fontSize: 13 })),
      ],
    });
    return { plot, points: known, title };
  }

  function tempo(chart, data, width) {
    const reps = [...new Set(chart.bars.map((bar) => bar.rep))];
    const totals = d3.rollups(chart.bars, (bars) => d3.sum(bars, (bar) => bar.s), (bar) => bar.rep);
    const points = chart.bars.map((bar) => ({ ...bar, x: bar.rep, y: bar.s }));
    const title = (bar) => `Rep ${bar.rep}, ${bar.phase}: ${bar.s.toFixed(2)} s`;
    const plot = Plot.plot({
      ...frame(width, 200, "s", [0, d3.max(totals, ([, total]) => total) * 1.05]),
      x: { label: null, domain: reps, tickFormat: (rep) => (reps.length * 24 < width || rep % 2 ? `${rep}` : "") },
      color: { domain: ["up", "hold", "down"], range: Object.values(PHASE) },
      marks: [
        Plot.barY(chart.bars, { x: "rep", y: "s", fill: "phase", title, insetLeft: 1, insetRight: 1, order: ["up", "hold", "down"], tip: { fill: "var(--card)", stroke: "var(--edge)" } }),
        Plot.text(width / reps.length > 34 ? chart.bars : [], Plot.stackY({ x: "rep", y: "s", order: ["up", "hold", "down"], z: "phase", text: (bar) => (bar.s < 0.25 ? "" : bar.s.toFixed(1)), fill: "var(--on-phase)" })),
        Plot.ruleY([0]),
      ],
    });
    return { plot, points, title };
  }

  function row(chart, data, width) {
    const domain = span(chart.dots.flatMap((d) => [d.x - 2 * d.u, d.x + 2 * d.u, ...chart.limits.map((limit) => limit.x)]));
    const names = chart.dots.map((d) => d.name);
    const left = Math.min(150, Math.round(width * 0.3));
    const points = chart.dots.map((d) => ({ ...d, y: d.name }));
    const short = (name) => (name.length * 6.4 > left ? `${name.slice(0, Math.floor(left / 6.6) - 1)}…` : name);
    const plot = Plot.plot({
      ...frame(width, 54 + 30 * names.length, chart.unit, domain),
      marginLeft: left + 8, marginTop: 8,
      x: { label: null, domain, grid: true, ticks: 5, tickFormat: (value) => withUnit(value, chart.unit) },
      y: { label: null, domain: names, tickFormat: short, padding: 0.4 },
      marks: [
        Plot.ruleX(chart.limits, { x: "x", stroke: (d) => (d.level === "fault" ? "var(--fault)" : "var(--warn)"), strokeDasharray: "4,3" }),
        Plot.ruleY(points, { y: "y", x1: (d) => d.x - 2 * d.u, x2: (d) => d.x + 2 * d.u, stroke: "var(--faint)", strokeWidth: 6, strokeLinecap: "round" }),
        Plot.dot(points, { x: "x", y: "y", r: 6, fill: (d) => (d.first ? "var(--card)" : d.sure ? "var(--accent)" : "var(--dim)"), stroke: (d) => (d.sure ? "var(--accent)" : "var(--dim)"), strokeWidth: 2.5 }),
        Plot.tip(points, Plot.pointer({ x: "x", y: "y", title: "text", fill: "var(--card)", stroke: "var(--edge)", fontSize: 13 })),
      ],
    });
    return { plot, points, title: (d) => d.text };
  }

  // One quantity over days, a colour and a shape for each leg; a line only where there is a trend.
  function days(chart, data, width) {
    const sides = ["left", "right"];
    const points = chart.dots.map((d) => ({ ...d, x: new Date(d.t) }));
    const near = [...chart.limits.map((limit) => limit.y), ...(chart.band ?? [])];
    let [low, high] = span([...points.flatMap((d) => [d.y - d.u, d.y + d.u]), ...near]);
    const lack = (chart.span - (high - low)) / 2;
    if (lack > 0) [low, high] = [low - lack, high + lack];
    if (chart.top !== null && high > chart.top) [low, high] = [low - (high - chart.top) / 3, chart.top + 0.06 * (chart.top - low)];
    if (low < 0 && points.every((d) => d.y >= 0) && near.every((y) => y >= 0)) low = Math.min(0, d3.min(points, (d) => d.y - d.u));
    const [first, last] = d3.extent(points, (d) => d.x);
    const room = Math.max((last - first) * 0.05, 1.2 * 864e5);
    const of = (side) => points.filter((d) => d.side === side);
    const both = new Set(points.map((d) => d.side)).size > 1;
    const colour = (side) => (side === "right" ? "var(--right)" : "var(--left)");
    const marks = [...new Set(points.map((d) => d.side))].flatMap((side) => {
      const dx = both ? (side === sides[1] ? 5 : -5) : 0;
      return [
        Plot.ruleX(of(side), { x: "x", y1: (d) => Math.max(d.y - d.u, low), y2: (d) => Math.min(d.y + d.u, high), stroke: colour(side), strokeWidth: 2, strokeOpacity: 0.5, dx }),
        Plot.dot(of(side), { x: "x", y: "y", r: 5, symbol: side === sides[1] ? "diamond" : "circle", fill: colour(side), stroke: "var(--card)", strokeWidth: 1.5, dx }),
      ];
    });
    const lines = chart.lines.map((each) =>
      Plot.lineY(each.points.map(([t, y]) => ({ x: new Date(t), y })), { x: "x", y: "y", stroke: colour(each.side), strokeWidth: 2.5, strokeOpacity: 0.75 }));
    const plot = Plot.plot({
      ...frame(width, 220, chart.unit, [low, high]),
      x: { type: "utc", label: null, domain: [new Date(+first - room), new Date(+last + room)], ticks: Math.max(2, Math.round(width / 110)) },
      marks: [
        Plot.rect(chart.band ? [chart.band] : [], { x1: new Date(+first - room), x2: new Date(+last + room), y1: (d) => Math.max(d[0], low), y2: (d) => Math.min(d[1], high), fill: "var(--ok-zone)" }),
        Plot.ruleY(chart.limits, { y: "y", stroke: (d) => (d.level === "fault" ? "var(--fault)" : "var(--warn)"), strokeDasharray: "4,3" }),
        ...lines,
        ...marks,
        ...pointed(points, (d) => d.text),
      ],
    });
    return { plot, points, title: (d) => d.text };
  }

  const KINDS = { line, dots, overlay, tempo, row, days };

  // A keyboard reader for a plot: moves from value to value as a pointer would.
  function reader(box, drawn, reading) {
    let at = -1;
    box.onkeydown = (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1, PageDown: 10, PageUp: -10 }[event.key];
      const last = drawn().points.length - 1;
      if (step) at = at < 0 ? (step > 0 ? 0 : last) : Math.min(Math.max(at + step, 0), last);
      else if (event.key === "Home") at = 0;
      else if (event.key === "End") at = last;
      else return;
      event.preventDefault();
      const { plot, points, title } = drawn();
      reading.textContent = title(points[at]);
      const svg = plot.tagName === "svg" ? plot : plot.querySelector("svg:last-of-type");
      const [x, y] = [plot.scale("x"), plot.scale("y")];
      const on = svg.getBoundingClientRect();
      const zoom = on.width / Number(svg.getAttribute("width"));
      const where = { clientX: on.left + zoom * (x.apply(points[at].x) + (x.bandwidth ?? 0) / 2), clientY: on.top + zoom * y.apply(points[at].y) };
      svg.dispatchEvent(new PointerEvent("pointermove", { ...where, bubbles: true, pointerType: "mouse" }));
    };
  }

  function draw(box, data) {
    const chart = data.charts[box.dataset.chart];
    const width = Math.round(box.clientWidth);
    if (!chart || width < 40) return null;
    const drawn = KINDS[chart.kind](chart, data, width);
    // To a screen reader the plot is one picture with a summary; the arrow keys and the table tell its values.
    const [low, high] = d3.extent(drawn.points, (point) => (chart.kind === "row" ? point.x : point.y));
    const picture = document.createElement("div");
    picture.setAttribute("role", "img");
    picture.setAttribute("aria-label", `${chart.title}: ${drawn.points.length} values, ${withUnit(low, chart.unit)} to ${withUnit(high, chart.unit)}`);
    drawn.plot.setAttribute("aria-hidden", "true");
    picture.append(drawn.plot);
    box.replaceChildren(picture);
    return drawn;
  }

  function start(data) {
    const boxes = [...document.querySelectorAll("[data-chart]")];
    const state = new Map();
    const redraw = (box) => {
      const width = Math.round(box.clientWidth);
      if (width < 40 || state.get(box)?.width === width) return;
      const drawn = draw(box, data);
      if (drawn) state.set(box, { width, drawn });
    };
    const watch = new ResizeObserver((entries) => entries.forEach((entry) => redraw(entry.target)));
    for (const box of boxes) {
      redraw(box);
      reader(box, () => state.get(box).drawn, box.parentElement.querySelector(".reading"));
      watch.observe(box);
    }
  }
  return { start };
})();
