/* The graph canvas. What is shown stands in the address; what is proposed is written by the pages
   that do so without a canvas, which lead back here. */
import { Away, LoggedOut, ask, asked, at, ledFrom, query } from "./asking.js";
import { Details } from "./details.js";
import { Drops, Lines } from "./drawing.js";
import { data, fill, make } from "./elements.js";
import { download, nameOf, pngBlob, svgBlob, svgOf } from "./exporting.js";
import { List, changeSet, types } from "./panel.js";
import { Proposing } from "./proposing.js";
import { Search } from "./search.js";
import { Stage } from "./stage.js";

const PAN = 60;

class Canvas {
    constructor(root) {
        this.root = root;
        this.words = data("canvas-words");
        this.schema = data("canvas-schema");
        this.state = asked(window.location.search);
        this.told = { nodes: [], edges: [], steps: [], remarks: [], set: null };
        this.from = null;
        /* The change set that is shown again when it is asked for: one's own, unless it was another. */
        this.hidden = null;
        this.stage = new Stage(this.find("[data-stage]"), this.schema);
        this.list = new List(this.find("[data-list]"), {
            looks: this.stage.looks, words: this.words,
            onChosen: (id, how) => this.choose(id, how), onExpand: (id) => this.around(id),
        });
        this.details = new Details(root, {
            stage: this.stage, words: this.words, onChosen: (id, how) => this.choose(id, how),
            onAround: (id) => this.around(id), onRelate: (node) => this.relateFrom(node),
            onTakeOff: (node) => this.takeOff(node), onAway: (problem, again) => this.away(problem, again),
        });
        if ("mayDraw" in root.dataset) this.mayDraw();
        this.listen();
        this.load();
    }

    find(selector) { return this.root.querySelector(selector); }

    mayDraw() {
        this.proposing = new Proposing(this.root, {
            schema: this.schema, words: this.words, stateNow: () => this.state, setNow: () => this.told.set, onHint: (words) => this.hint(words),
        });
        new Lines(this.stage, this.find("[data-handle]"), this.find("[data-line]"), (one, other) => this.proposing.relate(one, other));
        new Drops(this.stage, (node, into) => this.proposing.merge(node, into));
        this.find("[data-undo]").addEventListener("click", () => this.takeBack());
    }

    listen() {
        this.hear();
        this.press("fit", () => this.stage.fit());
        this.press("zoom-in", () => this.stage.zoom(1.25));
        this.press("zoom-out", () => this.stage.zoom(0.8));
        this.press("lay-out", () => this.busy(() => this.stage.layOut()));
        this.press("svg", () => this.export("svg"));
        this.press("png", () => this.export("png"));
        this.press("bring", (event) => this.bring(event.currentTarget.dataset.bring, true));
        this.press("show-set", () => this.change({ set: this.hidden }));
        this.find("[data-with-set]").addEventListener("change", () => this.hideSet());
        this.find("[data-lapsed]").addEventListener("change", (event) => this.change({ lapsed: event.target.checked }));
        new Search(this.find("[data-search]"), this.find("[data-hits]"), {
            address: this.root.dataset.found, words: this.words,
            onChosen: (pk) => this.bring(pk), onAway: (problem, again) => this.away(problem, again),
        });
    }

    press(name, act) {
        this.root.querySelectorAll(`[data-${name}]`).forEach((each) => each.addEventListener("click", act));
    }

    hear() {
        const { cy } = this.stage;
        cy.on("tap cxttap", "node, edge", (event) => this.choose(event.target.id()));
        /* On the canvas long names are cut. */
        cy.on("mouseover", "node", (event) => { cy.container().title = event.target.data("label"); });
        cy.on("mouseout", "node", () => { cy.container().title = ""; });
        cy.on("dbltap", "node", (event) => this.around(event.target.id()));
        cy.on("tap", (event) => { if (event.target === cy) this.unchoose(); });
        document.addEventListener("keydown", (event) => this.key(event));
        this.find("[data-stage-box]").addEventListener("keydown", (event) => this.move(event));
        window.addEventListener("popstate", () => this.load(asked(window.location.search)));
    }

    hideSet() {
        this.hidden = this.state.set;
        this.change({ set: "0" });
    }

    /* Asks for what the address says, and shows it. What is there stays where that fails. */
    async load(state = this.state, again = () => this.load(state)) {
        try {
            this.told = await ask(at(this.root.dataset.shown, query(state)), "json");
            this.state = state;
            await this.show();
            return true;
        } catch (problem) {
            this.away(problem, again);
            return false;
        }
    }

    async show() {
        const { told, state } = this;
        this.find("[data-remarks]").replaceChildren(...told.remarks.map((words) => make("p", { class: "kb-note kb-warn" }, words)));
        this.find("[data-empty]").hidden = told.nodes.length > 0;
        this.links();
        this.beside();
        await this.stage.show(told, (act) => this.busy(act));
        const chosen = this.stage.cy.$(".chosen");
        if (chosen.length) this.details.show(chosen[0], state, told);
        else this.details.clear();
        this.root.dataset.ready = query(state);
    }

    links() {
        const { state, root } = this;
        this.find("[data-as-table]").href = at(root.dataset.table, query(state));
        if (!this.proposing) return;
        this.find("[data-adds]").href = ledFrom(root.dataset.add, state);
        this.find("[data-undo-form]").action = ledFrom(root.dataset.takeBack, state);
        const undo = this.find("[data-undo]");
        undo.disabled = !this.told.last;
        undo.title = this.told.last ? fill(this.words.takenBack, { step: this.told.last }) : this.words.nothingToTakeBack;
    }

    beside() {
        const { told, state, words } = this;
        const count = (rows) => rows.reduce((counts, { type }) => counts.set(type, (counts.get(type) || 0) + 1), new Map());
        types(this.find("[data-types]"), this.schema.types, {
            counts: count(told.nodes), chosen: state.types, looks: this.stage.looks, onChange: (chosen) => this.change({ types: chosen }),
        });
        types(this.find("[data-relations]"), this.schema.relations, {
            counts: count(told.edges), chosen: state.relations, onChange: (chosen) => this.change({ relations: chosen }),
        });
        this.find("[data-lapsed]").checked = state.lapsed;
        this.find("[data-with-set]").checked = true;
        this.find("[data-set-hidden]").hidden = state.set !== "0" || !(this.proposing || this.hidden);
        this.find("[data-count]").textContent = fill(words.shown, { nodes: told.nodes.length, edges: told.edges.length });
        this.list.show(told.nodes);
        changeSet(this.root, told, { words, onStep: (step) => this.showStep(step) });
    }

    /* Another thing to show; the way back through the browser leads to what was shown before. */
    async change(given) {
        const state = { ...this.state, ...given };
        const isShown = await this.load(state, () => this.change(given));
        if (isShown) window.history.pushState(null, "", at(window.location.pathname, query(state)));
        else this.beside();
    }

    async bring(pk, isCentre = this.state.centres.length === 0) {
        const name = isCentre ? "centres" : "alone";
        const known = this.state[name];
        if (!known.includes(String(pk))) await this.change({ [name]: [...known, String(pk)] });
        const node = this.stage.cy.getElementById(`c${pk}`);
        if (node.length) this.choose(node.id());
    }

    around(id) {
        const pk = this.stage.cy.getElementById(id).data("number");
        if (pk && !this.state.centres.includes(String(pk))) this.change({ centres: [...this.state.centres, String(pk)] });
    }

    takeOff(node) {
        const rest = (numbers) => numbers.filter((each) => each !== String(node.data("number")));
        this.unchoose();
        this.change({ centres: rest(this.state.centres), alone: rest(this.state.alone) });
    }

    choose(id, { isByKey = false } = {}) {
        const element = this.stage.cy.getElementById(id);
        if (!element.length) return;
        if (this.from && element.isNode() && element.id() !== this.from.id()) {
            const from = this.from;
            this.from = null;
            this.proposing.relate(from, element);
            return;
        }
        this.stage.choose(id);
        this.stage.reveal(element);
        if (element.isNode()) this.list.mark(id);
        this.details.show(element, this.state, this.told, { isByKey });
    }

    unchoose() {
        this.stage.choose("");
        this.details.clear();
        this.stopRelating();
    }

    relateFrom(node) {
        this.from = node;
        this.hint(this.words.pickObject);
        this.find("[data-list]").focus();
    }

    stopRelating() {
        this.from = null;
        this.hint("");
    }

    showStep(step) {
        const about = step.about.map((id) => this.stage.cy.getElementById(id)).filter((each) => each.length);
        if (!about.length) return;
        this.choose(about[0].id());
        this.stage.reveal(this.stage.cy.collection().union(about.reduce((all, each) => all.union(each), this.stage.cy.collection())));
    }

    takeBack() {
        if (this.told.last) this.find("[data-undo-form]").requestSubmit();
    }

    key(event) {
        const isTyping = event.target.closest("input, textarea, select, dialog");
        if (event.key === "Escape" && this.from) this.stopRelating();
        if (!isTyping && this.proposing && (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z" && !event.shiftKey) {
            event.preventDefault();
            this.takeBack();
        }
    }

    move(event) {
        const pans = { ArrowLeft: [PAN, 0], ArrowRight: [-PAN, 0], ArrowUp: [0, PAN], ArrowDown: [0, -PAN] };
        if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey) return;
        if (event.key in pans) this.stage.cy.panBy({ x: pans[event.key][0], y: pans[event.key][1] });
        else if (event.key === "+" || event.key === "=") this.stage.zoom(1.25);
        else if (event.key === "-") this.stage.zoom(0.8);
        else if (event.key === "0") this.stage.fit();
        else return;
        event.preventDefault();
    }

    hint(words) {
        const hint = this.find("[data-hint]");
        hint.textContent = words;
        hint.hidden = !words;
    }

    /* The note is painted before the work begins, which leaves no time for painting. */
    async busy(act) {
        const note = this.find("[data-busy]");
        note.hidden = false;
        await new Promise((done) => { window.requestAnimationFrame(() => window.setTimeout(done)); });
        try { act(); } finally { note.hidden = true; }
    }

    away(problem, again) {
        if (!(problem instanceof Away || problem instanceof LoggedOut)) throw problem;
        const words = problem instanceof LoggedOut ? this.words.ended : this.words.away;
        const button = make("button", { type: "button", class: "kb-button" }, this.words.tryAgain);
        const note = make("p", { class: "kb-note kb-bad", role: "alert" }, words, " ", button);
        button.addEventListener("click", () => {
            note.remove();
            if (problem instanceof LoggedOut) window.location.reload();
            else again();
        });
        this.find("[data-remarks]").replaceChildren(note);
    }

    async export(ending) {
        const day = this.told.at.slice(0, 10);
        const centre = this.told.nodes.find((node) => node.isCentre)?.label || "";
        const svg = svgOf(this.stage, this.forExport(centre, day));
        const blob = ending === "svg" ? svgBlob(svg) : await pngBlob(svg);
        download(blob, nameOf(this.words, centre, day, ending));
    }

    forExport(centre, day) {
        const { words, told, state } = this;
        const isNarrowed = state.types || state.relations || told.remarks.length;
        return {
            title: [words.title, centre].filter(Boolean).join(" · "),
            lines: [
                `${fill(words.date, { date: day })} · ${fill(words.shown, { nodes: told.nodes.length, edges: told.edges.length })}`,
                ...(told.set?.isPending ? [fill(words.withSet, { title: told.set.title })] : []),
                ...(isNarrowed ? [words.isCut] : []),
            ],
            legendTitle: words.legend,
            legend: this.legend(),
        };
    }

    /* Of what is shown alone. */
    legend() {
        const { words, told, schema, stage } = this;
        const types = new Set(told.nodes.map((node) => node.type));
        const states = new Set([...told.nodes, ...told.edges].map((each) => each.state));
        const stateWords = { added: words.added, ended: words.ended_, changed: words.changed, merged: words.merged };
        return [
            ...schema.types.filter(([code]) => types.has(code)).map(([code, label]) => ({ look: stage.looks.get(code), words: label })),
            ...Object.entries(stateWords).filter(([state]) => states.has(state)).map(([state, label]) => ({ state, words: label })),
            ...(told.edges.some((edge) => !edge.isInForce) ? [{ words: words.lapsed }] : []),
        ];
    }
}

const root = document.querySelector("[data-canvas]");
/* Tests look at what is drawn through this: a canvas has no elements of its own. */
if (root) root.canvas = new Canvas(root);
