/* Bringing a concept in: found while one types, chosen with the arrows and Enter. */
import { ask } from "./asking.js";
import { fill, make } from "./elements.js";

const PAUSE_MS = 200;

export function search(field, list, { address, words, onChosen, onAway }) {
    let waiting = 0, asked = 0, at = -1;
    const options = () => [...list.querySelectorAll("[role=option]")];
    const close = () => {
        list.hidden = true;
        at = -1;
        field.setAttribute("aria-expanded", "false");
        field.removeAttribute("aria-activedescendant");
    };
    const go = (to) => {
        const all = options();
        if (!all.length) return;
        at = (to + all.length) % all.length;
        all.forEach((each, n) => each.setAttribute("aria-selected", n === at));
        all[at].scrollIntoView({ block: "nearest" });
        field.setAttribute("aria-activedescendant", all[at].id);
    };
    const choose = (option) => {
        close();
        field.value = "";
        onChosen(option.dataset.number);
    };
    const show = ({ found, hasMore }) => {
        list.replaceChildren(...found.map((hit, n) => hitOf(hit, n)));
        if (!found.length) list.append(make("li", { class: "kb-canvas-none" }, words.noneFound));
        if (hasMore) list.append(make("li", { class: "kb-canvas-none" }, words.moreFound));
        options().forEach((each) => each.addEventListener("pointerdown", (event) => {
            event.preventDefault();
            choose(each);
        }));
        list.setAttribute("aria-description", fill(words.found, { n: found.length }));
        list.hidden = false;
        field.setAttribute("aria-expanded", "true");
        go(0);
    };
    const look = async () => {
        const mine = ++asked, sought = field.value.trim();
        if (!sought) return close();
        try {
            const told = await ask(`${address}?q=${encodeURIComponent(sought)}`, "json");
            if (mine === asked) show(told);
        } catch (problem) { onAway(problem, look); }
    };
    field.addEventListener("input", () => {
        window.clearTimeout(waiting);
        waiting = window.setTimeout(look, PAUSE_MS);
    });
    field.addEventListener("blur", close);
    field.addEventListener("keydown", (event) => {
        const moves = { ArrowDown: at + 1, ArrowUp: at - 1 };
        if (event.key in moves) go(moves[event.key]);
        else if (event.key === "Escape") close();
        else if (event.key === "Enter" && options()[at]) choose(options()[at]);
        else return;
        event.preventDefault();
    });
}

function hitOf(hit, n) {
    return make("li", { role: "option", id: `canvas-hit-${n}`, "data-number": hit.number, "aria-selected": "false", "data-is-data": "" },
        make("bdi", {}, hit.label), " ", make("small", {}, hit.typeLabel), make("br"), make("small", { dir: "auto" }, hit.names));
}
