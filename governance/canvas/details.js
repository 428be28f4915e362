/* What is chosen, in words: asked of the server for what is in the graph, told by the steps of the
   change set for what is only proposed. */
import { ask, at, number, query } from "./asking.js";
import { make } from "./elements.js";
import { stepOf } from "./panel.js";

export class Details {
    constructor(root, { stage, words, onChosen, onAround, onRelate, onTakeOff, onAway }) {
        Object.assign(this, { stage, words, onChosen, onAround, onRelate, onTakeOff, onAway });
        this.place = root.querySelector("[data-details]");
        this.help = root.querySelector("[data-nothing-chosen]");
        this.addresses = root.dataset;
        this.asked = 0;
    }

    clear() {
        this.asked += 1;
        this.place.replaceChildren();
        this.help.hidden = false;
    }

    async show(element, state, told, { isByKey = false } = {}) {
        const mine = ++this.asked;
        try {
            const shown = element.data("number") ? await this.ofServer(element, state) : this.ofSteps(element);
            if (mine !== this.asked) return;
            this.place.replaceChildren(...shown, ...this.pending(element, told));
            this.help.hidden = true;
            this.wire(element);
            if (isByKey) this.place.focus();
        } catch (problem) { this.onAway(problem, () => this.show(element, state, told, { isByKey })); }
    }

    /* Written by the server, which escapes what people have written. */
    async ofServer(element, state) {
        const address = element.isNode() ? this.addresses.concept : this.addresses.relation;
        const html = await ask(at(number(address, element.data("number")), query(state)), "text");
        const page = new DOMParser().parseFromString(html, "text/html");
        return [...page.body.childNodes];
    }

    ofSteps(element) {
        const ends = element.isEdge() ? `${element.source().data("label")} – ${element.data("label")} → ${element.target().data("label")}` : element.data("label");
        const relate = element.isNode() && this.addresses.relateNew ? [make("p", { class: "kb-row" }, make("button", { type: "button", class: "kb-button", "data-relate-from": "" }, `${this.words.relate}…`))] : [];
        return [make("h3", { dir: "auto", "data-is-data": "" }, ends), make("p", {}, this.words.pending), ...relate];
    }

    pending(element, told) {
        const steps = told.steps.filter((step) => step.about.includes(element.id()));
        if (!steps.length || !told.set.isPending) return [];
        return [make("ol", { class: "kb-canvas-steps" }, ...steps.map((step) => stepOf(step, this.words, () => {})))];
    }

    wire(element) {
        const press = (name, act) => this.place.querySelector(`[data-${name}]`)?.addEventListener("click", act);
        press("around", () => this.onAround(element.id()));
        press("relate-from", () => this.onRelate(element));
        press("take-off", () => this.onTakeOff(element));
        const list = this.place.querySelector("[data-relations-of]");
        if (list) list.replaceChildren(...element.connectedEdges().map((edge) => this.lineOf(edge, element)));
    }

    lineOf(edge, node) {
        const isFrom = edge.source().id() === node.id();
        const other = (isFrom ? edge.target() : edge.source()).data("label");
        const name = make("bdi", { "data-is-data": "" }, other);
        const self = make("bdi", { "data-is-data": "" }, node.data("label"));
        const text = edge.data("text");
        const words = isFrom ? [`${text} → `, name] : [name, ` – ${text} → `, self];
        const line = make("button", { type: "button", class: "kb-canvas-step" }, ...words);
        line.addEventListener("click", () => this.onChosen(edge.id(), { isByKey: true }));
        return make("li", {}, line);
    }
}
