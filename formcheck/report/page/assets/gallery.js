// The gallery's behaviour: jump to a moment of any clip, show only some kinds.
"use strict";
(() => {
  const [player, video] = ["player", "video"].map((id) => document.getElementById(id));
  const missing = player.querySelector(".missing");
  const links = new Map([...document.querySelectorAll(".video-link")].map((one) => [one.dataset.clip, one.dataset]));
  let shown = null;

  video.addEventListener("error", () => {
    video.hidden = true;
    missing.hidden = false;
  });
  player.querySelector(".undock").addEventListener("click", () => {
    video.pause();
    player.hidden = true;
  });

  function seek(clip, time) {
    const link = links.get(clip);
    const at = Number(time) * Number(link.slow) + Number(link.lead);
    player.hidden = false;
    if (shown !== clip) {
      shown = clip;
      video.hidden = false;
      missing.hidden = true;
      video.src = link.src;
      video.setAttribute("aria-label", `The clip ${link.name}`);
      video.addEventListener("loadedmetadata", () => (video.currentTime = at), { once: true });
    } else video.currentTime = at;
    video.pause();
  }
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-seek]");
    if (button) seek(button.dataset.clip, button.dataset.seek);
  });

  const boxes = [...document.querySelectorAll(".filters input")];
  function filter() {
    const wanted = new Set(boxes.filter((box) => box.checked).map((box) => box.dataset.kind));
    for (const card of document.querySelectorAll(".disagreement")) card.hidden = !wanted.has(card.dataset.kind);
    for (const clip of document.querySelectorAll(".clip")) clip.hidden = !clip.querySelector(".disagreement:not([hidden])");
  }
  for (const box of boxes) box.addEventListener("change", filter);
  filter(); // a reload keeps what was ticked
})();
