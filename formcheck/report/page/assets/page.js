// The page's own behaviour: jump to a moment in the video, keep the player in sight, open all for printing.
"use strict";
(() => {
  formcheckCharts.start(JSON.parse(document.getElementById("data").textContent));

  const opened = [];
  addEventListener("beforeprint", () => {
    for (const box of document.querySelectorAll("details:not([open])")) {
      box.open = true;
      opened.push(box);
    }
  });
  addEventListener("afterprint", () => opened.splice(0).forEach((box) => (box.open = false)));

  const video = document.getElementById("video");
  if (!video) return;
  const [player, stage] = ["player", "stage"].map((id) => document.getElementById(id));
  const [close, missing] = [player.querySelector(".undock"), player.querySelector(".missing")];

  const inside = document.getElementById("video-data");
  if (inside) {
    const bytes = Uint8Array.from(atob(inside.textContent), (letter) => letter.charCodeAt(0));
    video.src = URL.createObjectURL(new Blob([bytes], { type: inside.dataset.kind }));
    inside.remove();
  }
  const fail = () => {
    video.hidden = true;
    missing.hidden = false;
    document.body.classList.add("no-video");
  };
  video.addEventListener("error", fail);
  if (video.error) fail();

  const inSight = () => {
    const box = stage.getBoundingClientRect();
    return box.bottom > 120 && box.top < innerHeight - 120;
  };
  const dock = (on) => {
    if (on) stage.style.minHeight = `${stage.offsetHeight}px`;
    player.classList.toggle("docked", on);
    close.hidden = !on;
    if (!on) stage.style.minHeight = "";
  };
  close.addEventListener("click", () => {
    video.pause();
    dock(false);
  });
  addEventListener("scroll", () => player.classList.contains("docked") && inSight() && dock(false), { passive: true });

  function seek(button) {
    video.currentTime = Number(button.dataset.seek) * Number(video.dataset.slow || 1) + Number(video.dataset.lead || 0);
    if (!inSight()) dock(true);
    if ("play" in button.dataset) video.play().catch(() => {});
    else video.pause();
  }
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-seek]");
    if (button) seek(button);
  });
})();
