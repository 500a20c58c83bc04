// The part of the address behind # is never sent by the browser: this page hands the token over.
const token = decodeURIComponent(location.hash.slice(1));
history.replaceState(null, "", "/");
let inside = false;
if (token) {
  const answer = await fetch("/join", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ token }),
  }).catch(() => null);
  inside = answer !== null && answer.ok;
}
if (inside) location.reload();
else document.getElementById("stranger").hidden = false;
