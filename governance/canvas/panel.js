/* What stands beside the drawing: the change set, the types, and the list of what is shown. */
import { NO_TYPE } from "./asking.js";
import { fill, make, swatch } from "./elements.js";
import { SIGNS } from "./look.js";
import { UNKNOWN } from "./shapes.js";

/* Ticks of types; each is narrowed by unticking it. Those there are none of are left out. */
export function types(list, rows, { counts, chosen, looks, onChange }) {
    const shown = rows.filter(([code]) => chosen || counts.get(code));
    list.replaceChildren(...shown.map(([code, label]) => {
        const tick = make("input", { type: "checkbox", id: `${list.className}-${rows.length}-${code}`, value: code });
        tick.checked = !chosen || chosen.includes(code);
        tick.addEventListener("change", () => onChange(ticked(rows, chosen, code, tick.checked)));
        const count = make("small", {}, String(counts.get(code) || 0));
        const name = make("label", { for: tick.id }, ...(looks ? [swatch(looks.get(code) || UNKNOWN)] : []), label);
        return make("li", {}, tick, name, count);
    }));
}

/* All of them are none in particular. */
function ticked(rows, chosen, code, isTicked) {
    const before = (chosen || rows.map(([each]) => each)).filter((each) => each !== code && each !== NO_TYPE);
    const after = isTicked ? [...before, code] : before;
    if (after.length === rows.length) return null;
    return after.length ? after : [NO_TYPE];
}

export function changeSet(root, told, { words, onStep }) {
    const set = told.set;
    const section = root.querySelector("[data-pending]");
    section.hidden = !set;
    if (!set) return;
    const status = section.querySelector("[data-set-status]");
    status.textContent = set.status;
    status.className = `kb-badge kb-${set.kind}`;
    const link = section.querySelector("[data-set]");
    link.textContent = set.title;
    section.querySelectorAll("[data-set], [data-to-set]").forEach((each) => { each.href = set.address; });
    section.querySelector("[data-set-note]").textContent = set.isMine ? "" : set.author;
    const steps = told.steps.map((step) => stepOf(step, words, onStep));
    section.querySelector("[data-steps]").replaceChildren(...steps, ...(steps.length ? [] : [make("li", {}, words.noSteps)]));
    section.querySelectorAll(".kb-canvas-states, [data-set-tick]").forEach((each) => { each.hidden = !set.isPending; });
}

export function stepOf(step, words, onStep) {
    const told = make("button", { type: "button", class: "kb-canvas-step", dir: "auto", "data-is-data": "" }, step.sentence);
    told.disabled = !step.about.length;
    told.addEventListener("click", () => onStep(step));
    const out = step.takeOut ? [" ", make("a", { class: "kb-link", href: step.takeOut }, `${words.takeOut}…`)] : [];
    return make("li", { value: step.position }, told, ...out);
}

/* The concepts shown, for the keyboard: arrows, Home, End, the first letters, Enter. */
export class List {
    constructor(list, { looks, words, onChosen, onExpand }) {
        Object.assign(this, { list, looks, words, onChosen, onExpand, at: 0, typed: "" });
        list.addEventListener("keydown", (event) => this.press(event));
        list.addEventListener("focus", () => this.go(this.at));
        list.addEventListener("click", (event) => {
            const option = event.target.closest("[role=option]");
            if (!option) return;
            this.go(this.options().indexOf(option));
            onChosen(option.dataset.id);
        });
    }

    options() { return [...this.list.children]; }

    show(nodes) {
        const collator = new Intl.Collator(document.documentElement.lang, { numeric: true });
        const sorted = [...nodes].sort((a, b) => b.isCentre - a.isCentre || collator.compare(a.label, b.label));
        const chosen = this.options()[this.at]?.dataset.id;
        this.list.replaceChildren(...sorted.map((node, n) => this.option(node, n)));
        this.at = Math.max(0, sorted.findIndex((node) => node.id === chosen));
    }

    option(node, n) {
        const sign = SIGNS[node.state] ? [make("strong", { title: this.words[node.state === "ended" ? "ended_" : node.state] }, `${SIGNS[node.state]} `)] : [];
        const more = node.beyond ? [make("small", { title: fill(this.words.beyond, { n: node.beyond }) }, `+${node.beyond}`)] : [];
        const name = make("bdi", { "data-is-data": "" }, node.label);
        return make("li", { role: "option", id: `canvas-node-${n}`, "data-id": node.id, "aria-selected": "false" },
            swatch(this.looks.get(node.type) || UNKNOWN), ...sign, name, ...more);
    }

    go(to) {
        const all = this.options();
        if (!all.length) return;
        this.at = Math.min(Math.max(to, 0), all.length - 1);
        all.forEach((each, n) => each.setAttribute("aria-selected", n === this.at));
        this.bringIntoView(all[this.at]);
        this.list.setAttribute("aria-activedescendant", all[this.at].id);
    }

    /* Within the list alone: the panel around it stays where one is reading. */
    bringIntoView(option) {
        const { list } = this, top = option.offsetTop - list.offsetTop;
        if (top < list.scrollTop) list.scrollTop = top;
        else if (top + option.offsetHeight > list.scrollTop + list.clientHeight) list.scrollTop = top + option.offsetHeight - list.clientHeight;
    }

    mark(id) {
        const n = this.options().findIndex((each) => each.dataset.id === id);
        if (n >= 0) this.go(n);
    }

    press(event) {
        const id = this.options()[this.at]?.dataset.id;
        const moves = { ArrowDown: this.at + 1, ArrowUp: this.at - 1, Home: 0, End: Infinity, PageDown: this.at + 10, PageUp: this.at - 10 };
        if (event.key in moves) this.go(moves[event.key]);
        else if (id && event.key === "Enter") this.onChosen(id, { isByKey: true });
        else if (id && event.key.toLowerCase() === "e" && !event.ctrlKey && !event.metaKey) this.onExpand(id);
        else return;
        event.preventDefault();
    }
}
