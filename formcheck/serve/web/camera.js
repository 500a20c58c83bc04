// The phone's camera, and its frames on their way: one in flight, the newest waits, nothing queues.

const LONGEST_PX = 640;
const QUALITY = 0.85;
const REPLY_MS = 6000;
const FIRST_REPLY_MS = 40000; // the first frame waits until the session stands
const AGAIN_MS = 250;

// As AbortSignal.timeout, which phones from before 2022 lack.
export function within(ms) {
  const control = new AbortController();
  setTimeout(() => control.abort(), ms);
  return control.signal;
}

export class Camera {
  constructor(video, onFrame, onEnd) {
    this.video = video;
    this.onFrame = onFrame;
    this.onEnd = onEnd;
    this.stream = null;
    this.run = 0;
  }

  async open(facing) {
    this.close();
    const run = ++this.run;
    const wanted = { facingMode: { ideal: facing }, width: { ideal: 640 }, height: { ideal: 480 } };
    wanted.frameRate = { ideal: 30, max: 30 };
    const stream = await navigator.mediaDevices.getUserMedia({ audio: false, video: wanted });
    if (run !== this.run) {
      stream.getTracks().forEach((track) => track.stop());
      return;
    }
    this.stream = stream;
    stream.getVideoTracks()[0].addEventListener("ended", () => this.stream === stream && this.onEnd());
    this.video.srcObject = stream;
    await this.video.play();
    this.next(run);
  }

  get alive() {
    return this.stream !== null && this.stream.getVideoTracks()[0].readyState === "live";
  }

  next(run) {
    if (run !== this.run) return;
    if ("requestVideoFrameCallback" in this.video) {
      this.video.requestVideoFrameCallback((now, about) => {
        // On a clock of its own, whichever there is: the server puts it on its own.
        const captured = about.captureTime ?? (about.mediaTime > 0 ? 1000 * about.mediaTime : now);
        this.seen(run, captured, about.captureTime ?? now);
      });
    } else {
      requestAnimationFrame((now) => this.seen(run, now, now));
    }
  }

  seen(run, captured, since) {
    if (run !== this.run) return;
    if (this.video.videoWidth) this.onFrame(captured, since);
    this.next(run);
  }

  close() {
    this.run++;
    if (this.stream) this.stream.getTracks().forEach((track) => track.stop());
    this.stream = null;
  }
}

export class Sender {
  constructor(page, onState, onTrouble) {
    this.page = page;
    this.onState = onState;
    this.onTrouble = onTrouble;
    this.canvas = document.createElement("canvas");
    this.pen = this.canvas.getContext("2d", { alpha: false });
    this.waiting = null;
    this.flying = false;
    this.on = false;
    this.failed = 0;
    this.dropped = 0;
    this.sent = 0;
  }

  // Takes the next frame of the video as the camera sees it, never mirrored.
  frame(video, captured, since) {
    if (!this.on) return;
    const share = Math.min(1, LONGEST_PX / Math.max(video.videoWidth, video.videoHeight));
    const width = Math.round(video.videoWidth * share);
    const height = Math.round(video.videoHeight * share);
    if (this.canvas.width !== width || this.canvas.height !== height) {
      this.canvas.width = width;
      this.canvas.height = height;
    }
    this.pen.drawImage(video, 0, 0, width, height);
    if (this.waiting) this.dropped++;
    this.waiting = { captured, since };
    if (!this.flying) this.fly();
  }

  async fly() {
    this.flying = true;
    while (this.on && this.waiting) {
      const { captured, since } = this.waiting;
      this.waiting = null;
      const body = await new Promise((done) => this.canvas.toBlob(done, "image/jpeg", QUALITY));
      if (!this.on) break;
      const wait = body ? await this.send(body, captured, since) : AGAIN_MS;
      if (wait) await new Promise((done) => setTimeout(done, wait));
    }
    this.flying = false;
  }

  async send(body, captured, since) {
    let answer;
    try {
      answer = await fetch("/frame", {
        method: "POST",
        body,
        headers: { "x-page": this.page, "x-captured-ms": String(captured) },
        signal: within(this.sent ? REPLY_MS : FIRST_REPLY_MS),
      });
      if (answer.ok) {
        const state = await answer.json();
        this.sent++;
        this.failed = 0;
        this.onState(state, since);
        return 0;
      }
    } catch {
      answer = null;
    }
    this.failed++;
    this.onTrouble(answer === null ? 0 : answer.status, this.failed);
    return AGAIN_MS;
  }
}
