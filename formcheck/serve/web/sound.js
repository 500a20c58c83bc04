// Says what the server asks for: sound files loaded beforehand, else the browser's voice, else a tone.
// One thing waits at most; a safety cue cuts off whatever is being said.

import { within } from "./camera.js";

const STALE_S = [1, 4, 1.5, 1.5]; // by urgency, as the server's own voice has it
const SAFETY = 3;
const FETCH_MS = 2500;

export class Sound {
  constructor(mode) {
    this.mode = mode;
    this.context = null;
    this.buffers = new Map();
    this.current = null;
    this.waiting = null;
    this.played = []; // for measuring: what, how, and how late
  }

  // Must be called by a tap: browsers keep sound locked until then.
  unlock(numbers) {
    if (!this.context) {
      const Context = window.AudioContext || window.webkitAudioContext;
      if (!Context) return;
      this.context = new Context({ latencyHint: "interactive" });
      for (const name of ["safety", "technique", "praise", "ready", "tick", "done", "advice", "lost"]) {
        this.load(`/tone/${name}`);
      }
      this.loadAll(numbers);
      if ("speechSynthesis" in window) speechSynthesis.speak(new SpeechSynthesisUtterance(""));
    }
    this.context.resume();
  }

  async loadAll(numbers) {
    for (const number of numbers) await this.load(`/sound/${number}`);
  }

  async load(address) {
    if (this.buffers.has(address)) return this.buffers.get(address);
    try {
      const answer = await fetch(address, { signal: within(15000) });
      if (!answer.ok) return null;
      const buffer = await this.context.decodeAudioData(await answer.arrayBuffer());
      this.buffers.set(address, buffer);
      return buffer;
    } catch {
      return null;
    }
  }

  say(message) {
    if (this.mode === "off" || !this.context) return;
    message.asked = performance.now() - message.age_ms;
    if (this.waiting && this.waiting.urgency > message.urgency) return;
    this.waiting = message;
    if (this.current && message.urgency === SAFETY && this.current.urgency < SAFETY) this.cut();
    if (!this.current) this.next();
  }

  cut() {
    const current = this.current;
    this.current = null;
    current.stop?.();
  }

  async next() {
    const message = this.waiting;
    this.waiting = null;
    if (!message || performance.now() - message.asked > 1000 * STALE_S[message.urgency]) return;
    this.current = message;
    await this.sound(message).catch(() => undefined);
    if (this.current === message) {
      this.current = null;
      this.next();
    }
  }

  async sound(message) {
    const tone = await this.load(`/tone/${message.tone}`);
    if (this.mode === "beep" || !message.text) return this.play(message, [tone], "tone");
    if (message.sound === null) return this.otherwise(message, tone);
    const address = `/sound/${message.sound}`;
    let words = this.buffers.get(address);
    if (!words && message.urgency < 2) {
      const late = new Promise((done) => setTimeout(() => done(null), FETCH_MS));
      words = await Promise.race([this.load(address), late]);
    }
    if (words) return this.play(message, message.tone_first ? [tone, words] : [words], "file");
    this.load(address); // for the next time
    return this.otherwise(message, tone);
  }

  otherwise(message, tone) {
    if ("speechSynthesis" in window && speechSynthesis.getVoices().length) return this.speak(message);
    return this.play(message, [tone], "tone");
  }

  note(message, how) {
    const late = performance.now() - message.asked + 1000 * (this.context.baseLatency || 0);
    this.played.push({ text: message.text, urgency: message.urgency, how, late_ms: Math.round(late) });
    if (this.played.length > 500) this.played.shift();
  }

  play(message, buffers, how) {
    return new Promise((done) => {
      let at = this.context.currentTime;
      const nodes = buffers.filter(Boolean).map((buffer) => {
        const node = this.context.createBufferSource();
        node.buffer = buffer;
        node.connect(this.context.destination);
        node.start(at);
        at += buffer.duration;
        return node;
      });
      if (!nodes.length) return done();
      this.note(message, how);
      message.stop = () => {
        nodes.forEach((node) => node.stop());
        done();
      };
      nodes[nodes.length - 1].onended = done;
    });
  }

  speak(message) {
    return new Promise((done) => {
      const words = new SpeechSynthesisUtterance(message.text);
      words.lang = document.documentElement.lang;
      words.rate = 1.1;
      words.onend = words.onerror = done;
      words.onstart = () => this.note(message, "speech");
      message.stop = () => {
        speechSynthesis.cancel();
        done();
      };
      speechSynthesis.speak(words);
    });
  }
}
