/* From two concepts to the page on which a relation or a merger of them is proposed. */
import { ledFrom, number } from "./asking.js";
import { fill, make } from "./elements.js";

/* What the schema allows to be said of the two, in either direction. */
function choicesOf(triples, one, other) {
    return [[one, other], [other, one]].flatMap(([subject, object]) => triples
        .filter(([, from, to]) => from === subject.data("type") && to === object.data("type"))
        .map(([code]) => ({ code, subject, object })));
}

/* As a step names it: what is only proposed, as its change set does. */
const named = (node) => String(node.data("number") ?? node.id().slice(1));

export class Proposing {
    constructor(root, { schema, words, stateNow, setNow, onHint }) {
        Object.assign(this, { schema, words, stateNow, setNow, onHint, addresses: root.dataset });
        this.relating = root.querySelector("[data-relating]");
        this.merging = root.querySelector("[data-merging]");
        this.labels = new Map(schema.relations);
        this.types = new Map(schema.types);
        this.merging.querySelector("[data-close]").addEventListener("click", () => this.merging.close());
        this.merging.addEventListener("close", () => this.merging.querySelectorAll("button").forEach((each) => { each.disabled = false; }));
    }

    relate(one, other) {
        const isNew = !one.data("number") || !other.data("number");
        if (isNew && !this.setNow()?.isMine) return this.onHint(this.words.newEnd);
        const choices = choicesOf(this.schema.triples, one, other);
        if (!choices.length) return this.onHint(this.words.noType);
        this.onHint("");
        this.relating.querySelector("[data-choices]").replaceChildren(...choices.map((choice) => make("li", {}, this.linkOf(choice))));
        this.relating.showModal();
    }

    linkOf({ code, subject, object }) {
        const names = [subject, object].map((each) => each.data("label"));
        const given = new URLSearchParams({ type: code, object: named(object) });
        const isNew = !subject.data("number") || !object.data("number");
        if (isNew) given.set("subject", named(subject));
        const page = isNew ? this.addresses.relateNew : number(this.addresses.relate, subject.data("number"));
        return make("a", { class: "kb-button", href: ledFrom(`${page}?${given}`, this.stateNow()) },
            make("bdi", { "data-is-data": "" }, names[0]), ` – ${this.labels.get(code)} → `, make("bdi", { "data-is-data": "" }, names[1]));
    }

    merge(node, into) {
        const facts = { name: node.data("label"), into: into.data("label") };
        this.merging.querySelector("[data-merge-words]").textContent = fill(this.words.mergeHow, facts);
        const types = [node, into].map((each) => this.types.get(each.data("type")));
        const differ = this.merging.querySelector("[data-merge-types]");
        differ.hidden = types[0] === types[1];
        differ.textContent = fill(this.words.typesDiffer, { one: types[0], other: types[1] });
        const form = this.merging.querySelector("[data-merge-form]");
        form.action = ledFrom(number(this.addresses.merge, node.data("number")), this.stateNow());
        form.elements.into.value = into.data("number");
        this.merging.showModal();
    }
}
