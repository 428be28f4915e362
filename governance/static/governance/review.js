/* The review page: file and text scroll together, keys. Every page works without it. */
"use strict";

const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const one = (selector, within = document) => within.querySelector(selector);
const follow = (link) => { if (link) link.click(); return Boolean(link); };

/* Until when a scroll is our own doing and leads nothing. */
const quiet = { text: 0, pane: 0 };
const hush = (side) => { quiet[side] = Date.now() + 600; };
const isHushed = (side) => Date.now() < quiet[side];

/* Calls once things have been still for a moment. */
function afterwards(call, ms) {
    let waiting = 0;
    return () => { window.clearTimeout(waiting); waiting = window.setTimeout(call, ms); };
}

/* Which of them stands at the top of what is seen, below the bar. */
const topmost = (items, top) => items.findLast((i) => i.getBoundingClientRect().top <= top) || items[0];

/* The page's passages or changes, and the one in focus. */
const text = { items: [], at: null };

/* The address names the passage, so that going back leads to it. */
function focusOn(item, { scroll = true, name = scroll } = {}) {
    if (!item || item === text.at) return;
    if (text.at) text.at.classList.remove("kb-focus");
    text.at = item;
    item.classList.add("kb-focus");
    if (name && item.id) window.history.replaceState(window.history.state, "", `#${item.id}`);
    if (scroll) {
        item.focus({ preventScroll: true });
        bringIntoSight(item);
    }
    markOnPage(item, scroll);
}

function bringIntoSight(item) {
    hush("text");
    const isLong = item.offsetHeight > 0.7 * window.innerHeight;
    item.scrollIntoView({ block: isLong ? "start" : "center" });
}

function step(by) {
    const next = text.items[text.items.indexOf(text.at) + by];
    if (!next) return turn(by);
    focusOn(next);
    return true;
}

/* To the page after or before; from behind, one begins at its end. */
function turn(by) {
    const here = one(".kb-pages [aria-current]");
    const link = by > 0 ? here?.nextElementSibling : here?.previousElementSibling;
    if (by < 0 && link?.matches("a")) link.hash = "end";
    return follow(link?.matches("a") ? link : null);
}

/* Boxes are page, left, top, right, bottom in points; sizes give each page's points. */
const pictures = { pane: null, sizes: [] };

function place(figure, box) {
    const [page, left, top, right, bottom] = box;
    const [wide, high] = pictures.sizes[page - 1] || [];
    if (!wide) return;
    const mark = document.createElement("span");
    mark.className = "kb-mark";
    mark.style.left = `${100 * left / wide}%`;
    mark.style.top = `${100 * top / high}%`;
    mark.style.width = `${100 * (right - left) / wide}%`;
    mark.style.height = `${100 * (bottom - top) / high}%`;
    figure.append(mark);
}

const boxesOf = (item) => JSON.parse(item.dataset.boxes || "[]");
const figureOf = (page) => one(`figure[data-page="${page}"]`, pictures.pane);

function markOnPage(item, scroll) {
    if (!pictures.pane || !pictures.sizes.length) return;
    all(".kb-mark", pictures.pane).forEach((mark) => mark.remove());
    for (const box of boxesOf(item)) {
        const figure = figureOf(box[0]);
        if (figure) place(figure, box);
    }
    const first = one(".kb-mark", pictures.pane) || figureOf(item.dataset.page);
    if (first && (scroll || !isHushed("text"))) scrollPane(first);
}

function scrollPane(mark) {
    const pane = pictures.pane.getBoundingClientRect();
    const wanted = mark.getBoundingClientRect().top - pane.top - pane.height / 4;
    if (Math.abs(wanted) < 8) return;
    hush("pane");
    pictures.pane.scrollBy({ top: wanted });
}

/* Who turns the pages leads the text; for a moment the text does not lead back. */
function textFollows() {
    if (isHushed("pane")) return;
    const top = pictures.pane.getBoundingClientRect().top + pictures.pane.clientHeight / 3;
    const page = topmost(all("figure", pictures.pane), top).dataset.page;
    const first = text.items.find((item) => item.dataset.page === page);
    if (!first || text.at?.dataset.page === page) return;
    bringIntoSight(first);
    focusOn(first, { scroll: false });
}

function pick(event) {
    const figure = event.target.closest("figure");
    if (!figure) return;
    const frame = figure.getBoundingClientRect();
    const page = Number(figure.dataset.page);
    const [wide, high] = pictures.sizes[page - 1] || [1, 1];
    const x = (event.clientX - frame.left) / frame.width * wide;
    const y = (event.clientY - frame.top) / frame.height * high;
    const holds = ([p, left, top, right, bottom]) => p === page && x >= left && x <= right && y >= top && y <= bottom;
    const item = text.items.find((i) => boxesOf(i).some(holds));
    if (item) {
        bringIntoSight(item);
        focusOn(item, { scroll: false, name: true });
    }
}

async function openPictures(pane) {
    const answer = await fetch(pane.dataset.sizes);
    if (!answer.ok) return;
    pictures.pane = pane;
    pictures.sizes = await answer.json();
    for (const figure of all("figure", pane)) {
        const [wide, high] = pictures.sizes[figure.dataset.page - 1] || [3, 4];
        figure.style.aspectRatio = `${wide} / ${high}`;
    }
    pane.addEventListener("scroll", afterwards(textFollows, 120), { passive: true });
    pane.addEventListener("click", pick);
    if (text.at) markOnPage(text.at, true);
}

function paneFollows() {
    if (isHushed("text")) return;
    const held = text.at?.getBoundingClientRect();
    const isSeen = held && held.top < window.innerHeight && held.bottom > 0;
    if (!isSeen) focusOn(topmost(text.items, window.innerHeight / 2), { scroll: false });
}

/* The bar folds to its buttons while it sticks; what it gives up is kept free, so nothing jumps. */
function foldBar(bar) {
    let whole = bar.offsetHeight;
    const fold = ([top]) => {
        const isStuck = !top.isIntersecting && top.boundingClientRect.top < 0;
        if (!bar.classList.contains("kb-stuck")) whole = bar.offsetHeight;
        bar.classList.toggle("kb-stuck", isStuck);
        bar.style.marginBottom = isStuck ? `calc(1rem + ${whole - bar.offsetHeight}px)` : "";
        document.documentElement.style.setProperty("--kb-bar", `${bar.offsetHeight}px`);
    };
    new IntersectionObserver(fold).observe(one("[data-bar-top]"));
}

/* Places found, changes, or open comments: n and p walk them. */
function walk(by) {
    if (one("[data-change]")) return step(by);
    const hits = all("a[data-hit]");
    const at = hits.findIndex((hit) => hit.hash === window.location.hash || text.at?.contains(one(hit.hash)));
    return follow(hits[at < 0 && by < 0 ? hits.length - 1 : Math.max(at + by, 0)]);
}

function openContents() {
    const contents = one(".kb-contents");
    if (!contents) return false;
    contents.open = true;
    one("a", contents)?.focus();
    contents.scrollIntoView({ block: "center" });
    return true;
}

function focusField(field) {
    field?.focus();
    field?.scrollIntoView({ block: "center" });
    return Boolean(field);
}

const inPassage = (path) => Boolean(text.at) && follow(one(`a[data-action="${path}"]`, text.at));
const inBar = (path) => follow(one(`.kb-bar a[data-action="${path}"]`));
const keys = {
    j: () => step(1),
    k: () => step(-1),
    n: () => walk(1),
    p: () => walk(-1),
    c: () => inPassage("comment") || inBar("comment"),
    e: () => inPassage("correct") || follow(one("a[data-key=e]")),
    g: openContents,
    d: () => follow(one("a[data-key=d]")),
    a: () => inBar("approve"),
    s: () => inBar("send-back"),
    b: () => focusField(one(".kb-bar a")),
    "/": () => focusField(one("input[name=q]")),
    "?": () => { one("#keys")?.showModal(); return true; },
};

function onKey(event) {
    const isTyping = event.target.closest("input, textarea, select, [contenteditable], dialog");
    if (isTyping || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (keys[event.key]?.()) event.preventDefault();
}

/* Where the address leads: to a passage, a comment on one, a heading, or the end. */
function named() {
    if (window.location.hash === "#end") return text.items.at(-1);
    const place = document.getElementById(window.location.hash.slice(1));
    if (place?.matches("h3")) return text.items.find((i) => place.compareDocumentPosition(i) & Node.DOCUMENT_POSITION_FOLLOWING);
    return place?.closest("article");
}

/* What was done to a passage is told where one looks, which is not the top of the page. */
function tellAt(item) {
    const told = one("[data-told] ul");
    if (item && told) item.prepend(told);
}

function begin() {
    text.items = all("article.kb-passage");
    text.items.forEach((item) => item.addEventListener("click", () => focusOn(item, { scroll: false, name: true })));
    const item = named();
    tellAt(item);
    focusOn(item || text.items[0], { scroll: Boolean(item), name: false });
    document.addEventListener("keydown", onKey);
    window.addEventListener("hashchange", () => focusOn(named()));
    window.addEventListener("scroll", afterwards(paneFollows, 100), { passive: true });
    all("[data-keys]").forEach((button) => {
        button.hidden = false;
        button.addEventListener("click", keys["?"]);
    });
    all(".kb-bar").forEach(foldBar);
    const pane = one(".kb-pictures");
    if (pane) openPictures(pane).catch(() => {});
}

document.addEventListener("DOMContentLoaded", begin);
