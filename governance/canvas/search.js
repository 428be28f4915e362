/* Bringing a concept in: found while one types, chosen with the arrows and Enter. */
import { ask } from "./asking.js";
import { fill, make } from "./elements.js";

const PAUSE_MS = 200;

export class Search {
    constructor(field, list, { address, words, onChosen, onAway }) {
        Object.assign(this, { field, list, address, words, onChosen, onAway, waiting: 0, asked: 0, at: -1 });
        field.addEventListener("input", () => this.lookSoon());
        field.addEventListener("blur", () => this.close());
        field.addEventListener("keydown", (event) => this.press(event));
        /* Before the field is left, which closes the list. */
        list.addEventListener("pointerdown", (event) => {
            event.preventDefault();
            const option = event.target.closest("[role=option]");
            if (option) this.choose(option);
        });
    }

    options() { return [...this.list.querySelectorAll("[role=option]")]; }

    lookSoon() {
        window.clearTimeout(this.waiting);
        this.waiting = window.setTimeout(() => this.look(), PAUSE_MS);
    }

    /* What was asked last is shown, whichever answer comes last. */
    async look() {
        const mine = ++this.asked, sought = this.field.value.trim();
        if (!sought) return this.close();
        try {
            const told = await ask(`${this.address}?q=${encodeURIComponent(sought)}`, "json");
            if (mine === this.asked) this.show(told);
        } catch (problem) { this.onAway(problem, () => this.look()); }
    }

    show({ found, hasMore }) {
        const { list, words } = this;
        const remark = found.length ? hasMore && words.moreFound : words.noneFound;
        list.replaceChildren(...found.map(hitOf), ...(remark ? [make("li", { class: "kb-canvas-none" }, remark)] : []));
        list.setAttribute("aria-description", fill(words.found, { n: found.length }));
        list.hidden = false;
        this.field.setAttribute("aria-expanded", "true");
        this.go(0);
    }

    close() {
        this.list.hidden = true;
        this.at = -1;
        this.field.setAttribute("aria-expanded", "false");
        this.field.removeAttribute("aria-activedescendant");
    }

    go(to) {
        const all = this.options();
        if (!all.length) return;
        this.at = (to + all.length) % all.length;
        all.forEach((each, n) => each.setAttribute("aria-selected", n === this.at));
        all[this.at].scrollIntoView({ block: "nearest" });
        this.field.setAttribute("aria-activedescendant", all[this.at].id);
    }

    choose(option) {
        this.close();
        this.field.value = "";
        this.onChosen(option.dataset.number);
    }

    press(event) {
        const moves = { ArrowDown: this.at + 1, ArrowUp: this.at - 1 }, chosen = this.options()[this.at];
        if (event.key in moves) this.go(moves[event.key]);
        else if (event.key === "Escape") this.close();
        else if (event.key === "Enter" && chosen) this.choose(chosen);
        else return;
        event.preventDefault();
    }
}

function hitOf(hit, n) {
    const names = [make("bdi", {}, hit.label), " ", make("small", {}, hit.typeLabel), make("br"), make("small", { dir: "auto" }, hit.names)];
    return make("li", { role: "option", id: `canvas-hit-${n}`, "data-number": hit.number, "aria-selected": "false", "data-is-data": "" }, ...names);
}
