/* What is proposed with the mouse: a line drawn from one concept to another, one dropped on another. */

/* How far one must cover the other, of half of both. */
const NEAR = 0.6;

/* A handle stands beside whatever the mouse is at; from it a line is drawn to another concept. */
export class Lines {
    constructor(stage, handle, svg, onDrawn) {
        Object.assign(this, { stage, handle, svg, onDrawn, line: svg.querySelector("line"), from: null, isDrawing: false });
        const { cy } = stage;
        cy.on("mouseover", "node", (event) => this.offer(event.target));
        cy.on("viewport grab", () => this.hide());
        cy.on("tap", (event) => { if (event.target === cy) this.hide(); });
        handle.addEventListener("pointerdown", (event) => this.begin(event));
        handle.addEventListener("pointermove", (event) => this.draw(event));
        handle.addEventListener("pointerup", (event) => this.end(this.under(event)));
        handle.addEventListener("pointercancel", () => this.end(null));
    }

    offer(node) {
        if (this.isDrawing || node.data("standing")) return;
        this.from = node;
        const place = node.renderedPosition();
        this.handle.style.left = `${place.x + node.renderedWidth() / 2 + 4}px`;
        this.handle.style.top = `${place.y - 12}px`;
        this.handle.hidden = false;
    }

    hide() {
        if (!this.isDrawing) this.handle.hidden = true;
    }

    begin(event) {
        event.preventDefault();
        this.handle.setPointerCapture(event.pointerId);
        this.isDrawing = true;
        const { x, y } = this.from.renderedPosition();
        this.put({ x1: x, y1: y, x2: x, y2: y });
        this.svg.removeAttribute("hidden");
    }

    draw(event) {
        if (!this.isDrawing) return;
        const { x, y } = this.placeOf(event);
        this.put({ x2: x, y2: y });
        aim(this.stage.cy, this.under(event));
    }

    end(to) {
        if (!this.isDrawing) return;
        this.isDrawing = false;
        this.svg.setAttribute("hidden", "");
        this.hide();
        aim(this.stage.cy, null);
        if (to) this.onDrawn(this.from, to);
    }

    put(ends) {
        Object.entries(ends).forEach(([name, value]) => this.line.setAttribute(name, value));
    }

    under(event) {
        return this.isDrawing ? this.stage.nodeUnder(this.placeOf(event), this.from.id()) : null;
    }

    placeOf(event) {
        const box = this.stage.cy.container().getBoundingClientRect();
        return { x: event.clientX - box.left, y: event.clientY - box.top };
    }
}

/* One concept let go of over another: it goes back to its place, and a merger is asked about. */
export class Drops {
    constructor(stage, onDropped) {
        Object.assign(this, { stage, onDropped, before: null, target: null });
        stage.cy.on("grab", "node", (event) => { this.before = { ...event.target.position() }; });
        stage.cy.on("drag", "node", (event) => this.drag(event.target));
        stage.cy.on("free", "node", (event) => this.free(event.target));
    }

    drag(node) {
        this.target = covered(this.stage.cy, node);
        aim(this.stage.cy, this.target);
    }

    free(node) {
        const into = this.target;
        this.target = null;
        aim(this.stage.cy, null);
        if (!into) return;
        node.position(this.before);
        this.stage.keepPlaces();
        this.onDropped(node, into);
    }
}

function covered(cy, node) {
    if (!isCurrent(node)) return null;
    const { x, y } = node.position();
    const isUnder = (other) => {
        const place = other.position();
        return Math.hypot(place.x - x, place.y - y) < NEAR * (other.width() + node.width()) / 2;
    };
    return cy.nodes().filter((other) => other.id() !== node.id() && isCurrent(other) && isUnder(other))[0] || null;
}

/* What is only proposed has nothing to go over, and what is gone goes nowhere. */
const isCurrent = (node) => Boolean(node.data("number")) && !node.data("standing");

function aim(cy, node) {
    cy.nodes(".aimed").removeClass("aimed");
    if (node) node.addClass("aimed");
}
