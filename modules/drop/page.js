"use strict";

const $ = (id) => document.getElementById(id);
const AT_A_TIME = 3; // uploads
let files = []; // what the server says there is, those that arrive first
let sending = []; // what this page sends: {file, sent, request, error}
let stream;

/* --- words --- */

function bytes(n) {
  const units = ["B", "KB", "MB", "GB", "TB"];
  let unit = 0;
  while (n >= 1000 && unit < units.length - 1) {
    n /= 1000;
    unit++;
  }
  return (unit === 0 || n >= 100 ? Math.round(n) : n.toFixed(1)) + " " + units[unit];
}

function ago(seconds) {
  const gone = Math.max(0, Date.now() / 1000 - seconds);
  for (const [length, word] of [[86400, "day"], [3600, "hour"], [60, "minute"]]) {
    const n = Math.floor(gone / length);
    if (n > 0) return n + " " + word + (n > 1 ? "s" : "") + " ago";
  }
  return "just now";
}

const KINDS = {
  image: "avif bmp gif heic jpeg jpg png svg tif tiff webp",
  sound: "aac flac m4a mp3 ogg opus wav",
  film: "avi m4v mkv mov mp4 mpg webm",
  box: "7z bz2 deb dmg gz iso jar rar rpm tar tgz xz zip zst",
  words: "csv doc docx epub htm html json log md odp ods odt pdf ppt pptx rtf tex txt xls xlsx xml",
};

function extension(name) {
  const dot = name.lastIndexOf(".");
  return dot > 0 && name.length - dot <= 6 ? name.slice(dot + 1).toLowerCase() : "";
}

function say(text) {
  const toast = document.createElement("p");
  toast.textContent = text;
  $("toasts").append(toast);
  setTimeout(() => toast.remove(), 6000);
}

/* --- rows: one for each key, kept while the list changes around it --- */

function row(list, key) {
  let li = [...list.children].find((other) => other.dataset.key === key);
  if (!li) {
    li = $("row").content.firstElementChild.cloneNode(true);
    li.dataset.key = key;
    li.classList.add("new");
  }
  return li;
}

const part = (li, name) => li.querySelector("." + name);

function describe(li, name, about) {
  const ending = extension(name), kind = part(li, "kind");
  if (part(li, "name").textContent !== name) {
    part(li, "name").textContent = part(li, "name").title = name;
    kind.textContent = ending || "file";
    for (const word in KINDS) if (KINDS[word].split(" ").includes(ending)) kind.classList.add(word);
  }
  part(li, "about").textContent = about;
}

function replace(list, rows) {
  if (rows.length !== list.children.length || rows.some((li, i) => li !== list.children[i]))
    list.replaceChildren(...rows);
}

/* --- what is here --- */

let known = false;

function fileRow(file) {
  const li = row($("files"), file.id), link = "files/" + file.id, name = part(li, "name");
  describe(li, file.name, bytes(file.size) + " · " + ago(file.added) + (file.mine ? " · sent by you" : ""));
  if (!name.href) {
    name.href = link;
    if (KINDS.image.includes(extension(file.name)) && extension(file.name) && file.size < 4e6) {
      const picture = new Image();
      picture.loading = "lazy";
      picture.alt = "";
      picture.onload = () => part(li, "kind").replaceChildren(picture);
      picture.src = link;
    }
    part(li, "link").hidden = false;
    part(li, "link").onclick = () => copy(new URL(link, location).href);
    part(li, "away").onclick = (event) => takeAway(event.currentTarget, file);
  }
  part(li, "away").hidden = !file.mine;
  return li;
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    say("The link is copied.");
  } catch {
    prompt("The link:", text);
  }
}

async function takeAway(button, file) {
  if (!button.classList.contains("sure")) {
    const picture = button.firstElementChild;
    button.classList.add("sure");
    button.textContent = "Take away?";
    setTimeout(() => { button.classList.remove("sure"); button.replaceChildren(picture); }, 3000);
    return;
  }
  try {
    const response = await fetch("files/" + file.id, { method: "DELETE" });
    if (!response.ok && response.status !== 404) say((await response.json()).detail);
  } catch {
    say("The server cannot be reached.");
  }
}

/* --- what arrives: as far as the server has it; of ours also what waits --- */

function arrivingRow(key, name, size, received, about, cancel) {
  const li = row($("arriving"), key), bar = li.querySelector("progress");
  describe(li, name, (size ? bytes(received) + " of " + bytes(size) : bytes(received)) + " · " + about);
  bar.hidden = false;
  if (size) bar.value = received / size;
  else bar.removeAttribute("value");
  part(li, "away").hidden = !cancel;
  part(li, "away").title = "Stop";
  part(li, "away").onclick = cancel;
  return li;
}

function arrivingRows() {
  const theirs = files.filter((file) => file.arriving);
  const rows = sending.map((one) => {
    const at = theirs.findIndex((file) => file.mine && file.name === one.name && file.size === one.size);
    const received = at >= 0 ? theirs.splice(at, 1)[0].received : 0;
    return arrivingRow(one.key, one.name, one.size, received, one.request ? "sending" : "waiting",
      () => stop(one));
  });
  return rows.concat(theirs.map((file) =>
    arrivingRow(file.id, file.name, file.size, file.received, "somebody sends it")));
}

function draw() {
  const here = files.filter((file) => !file.arriving).sort((a, b) => b.added - a.added), coming = arrivingRows();
  replace($("arriving"), coming);
  $("arriving").parentElement.hidden = coming.length === 0;
  replace($("files"), here.map(fileRow));
  $("files").parentElement.hidden = !known;
  $("empty").hidden = here.length > 0;
  $("sum").textContent = here.length ? "· " + here.length + (here.length > 1 ? " files, " : " file, ") +
    bytes(here.reduce((sum, file) => sum + file.size, 0)) : "";
  document.title = (sending.length ? "(" + sending.length + ") " : "") + "Drop";
}

/* --- sending --- */

let count = 0;

function add(list) {
  for (const file of list)
    sending.push({ file, name: file.name, size: file.size, key: "own" + count++ });
  next();
}

function stop(one) {
  sending = sending.filter((other) => other !== one);
  if (one.request) one.request.abort();
  next();
}

function next() {
  for (const one of sending.filter((other) => !other.request)) {
    if (sending.filter((other) => other.request).length >= AT_A_TIME) break;
    send(one);
  }
  draw();
}

function send(one) {
  const request = one.request = new XMLHttpRequest();
  request.open("PUT", "files/" + encodeURIComponent(one.name));
  request.responseType = "json";
  request.onload = () => {
    if (request.status === 429) { // too many at once: it waits its turn
      setTimeout(() => { one.request = null; next(); }, 1000 * (request.getResponseHeader("retry-after") || 1));
      return;
    }
    if (request.status !== 201)
      say(one.name + ": " + (request.response?.detail || "the server said " + request.status));
    stop(one);
  };
  request.onerror = () => {
    say(one.name + ": the connection broke, or the server does not take it.");
    stop(one);
  };
  request.send(one.file);
}

$("pick").onchange = () => {
  add($("pick").files);
  $("send").reset();
};

let depth = 0; // of what the pointer has entered
const over = (by) => {
  depth = Math.max(0, depth + by);
  document.documentElement.classList.toggle("over", depth > 0);
};
addEventListener("dragenter", (event) => { event.preventDefault(); over(1); });
addEventListener("dragleave", () => over(-1));
addEventListener("dragover", (event) => event.preventDefault());
addEventListener("drop", (event) => {
  event.preventDefault();
  over(-depth);
  add(event.dataTransfer.files);
});
addEventListener("paste", (event) => add(event.clipboardData.files));
addEventListener("beforeunload", (event) => { if (sending.length) event.preventDefault(); });

/* --- the stream of what changes --- */

function state(word, live) {
  $("state").textContent = word;
  $("state").classList.toggle("live", live);
}

function listen() {
  stream = new EventSource("events");
  stream.onopen = () => state("live", true);
  stream.addEventListener("files", (event) => {
    const first = !known;
    files = JSON.parse(event.data).files;
    known = true;
    draw();
    if (first) for (const li of $("files").children) li.classList.remove("new");
  });
  stream.onerror = () => {
    state("reconnecting", false);
    if (stream.readyState === EventSource.CLOSED) setTimeout(listen, 3000);
  };
}

listen();
setInterval(draw, 30000);
