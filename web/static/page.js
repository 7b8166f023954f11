// Keeps the page fresh: asks for the changing part every 3 s, and looks dead after 12 s without it.
"use strict";
(function () {
  const EVERY_MS = 3000, JITTER_MS = 500, AGAIN_MS = 1000, GIVE_UP_MS = 4000, SLOWEST_MS = 15000, DEAD_MS = 12000;
  const body = document.body, live = document.getElementById("live");
  const get = (id) => document.getElementById(id);
  let failed = 0, asking = false, next = 0, tag = "", heardAt = 0, shownAt = 0;

  function show(html) {
    if (!html.includes('id="page"')) throw new Error("not the page");
    const open = Array.from(live.querySelectorAll("details[open]"), (d) => d.id);
    const focused = document.activeElement && document.activeElement.id;
    const inSummary = document.activeElement && document.activeElement.closest("summary");
    const details = inSummary && inSummary.parentElement.id;
    const y = window.scrollY, told = get("told") ? get("told").scrollTop : 0;
    live.innerHTML = html;
    if (get("told")) get("told").scrollTop = told;
    open.forEach((id) => { if (get(id)) get(id).open = true; });
    const back = details ? get(details) && get(details).firstElementChild : focused && get(focused);
    if (back && back !== document.activeElement) back.focus({ preventScroll: true });
    window.scrollTo(0, y);
    arrived();
  }

  function arrived() {
    const page = get("page"), now = performance.now();
    shownAt = now;
    heardAt = now - Number(page.dataset.age) * 1000;
    if (document.title !== page.dataset.title) {
      document.title = page.dataset.title;
      get("say").textContent = get("headline").textContent;
      document.querySelector("link[rel=icon]").href = "/static/icon-" + page.dataset.level + ".svg";
    }
  }

  async function poll() {
    if (asking) return;
    asking = true;
    clearTimeout(next);
    const began = performance.now(), stop = new AbortController(), timer = setTimeout(() => stop.abort(), GIVE_UP_MS);
    try {
      const headers = tag ? { "If-None-Match": tag } : {};
      const answer = await fetch(body.dataset.fragment, { cache: "no-store", signal: stop.signal, headers });
      if (answer.status === 304) { if (tag) heardAt = performance.now() - Number(answer.headers.get("Age")) * 1000; }
      else if (answer.ok) { show(await answer.text()); tag = answer.headers.get("ETag") || ""; }
      else throw new Error(String(answer.status));
      failed = 0;
    } catch { failed += 1; }
    clearTimeout(timer);
    asking = false;
    // From beginning to beginning: what the answer took is not added. One lost answer is asked for again at once.
    const wait = EVERY_MS - Math.random() * JITTER_MS - (performance.now() - began);
    const back = failed === 1 ? AGAIN_MS : Math.min(EVERY_MS * 1.5 ** (failed - 1), SLOWEST_MS);
    next = setTimeout(poll, Math.max(0, failed ? back - Math.random() * JITTER_MS : wait));
  }

  const two = (n) => String(Math.floor(n)).padStart(2, "0");
  const clock = (s) => two(s / 3600) + ":" + two(s / 60 % 60) + ":" + two(s % 60);

  function tick() {
    const page = get("page"), silent = Math.round((performance.now() - heardAt) / 1000);
    if (page.dataset.dead === "1") return;
    const dead = performance.now() - heardAt > DEAD_MS;
    page.classList.toggle("dead", dead);
    get("chip").textContent = (dead ? "× " : "● ") + (dead ? body.dataset.lost : body.dataset.fresh).replace("%s", silent);
    if (dead) {
      // Whatever comes next must replace all of this, so nothing may answer "unchanged" to it.
      tag = "";
      get("headline").textContent = body.dataset.stale.replace("%s", silent);
      get("below").textContent = body.dataset.below;
      document.title = "? " + get("headline").textContent;
      return;
    }
    const gone = (performance.now() - shownAt) / 1000 * Number(page.dataset.rate), time = get("clock"), left = get("left");
    if (time) time.textContent = clock((Number(time.dataset.s) + gone) % 86400);
    if (left && Number(left.dataset.s) < 86400) left.textContent = clock(Math.max(0, Number(left.dataset.s) - gone));
  }

  arrived();
  setInterval(tick, 1000);
  next = setTimeout(poll, EVERY_MS - JITTER_MS);
  // Browsers let a hidden page ask once a minute: who comes back to it reads what is so now.
  document.addEventListener("visibilitychange", () => { if (!document.hidden) poll(); });
  window.addEventListener("pageshow", (event) => { if (event.persisted) poll(); });
})();
