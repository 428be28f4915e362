/* What is proposed with the mouse: a line drawn from one concept to another, one dropped on another. */

const NEAR = 0.6;

/* A handle stands beside whatever the mouse is at; from it a line is drawn to another concept. */
export function drawLines(stage, handle, svg, onDrawn) {
    const { cy } = stage;
    const line = svg.querySelector("line");
    let from = null, isDrawing = false;
    const show = (node) => {
        if (isDrawing || node.data("standing")) return;
        from = node;
        const place = node.renderedPosition(), half = (node.renderedWidth() / 2) + 4;
        handle.style.left = `${place.x + half}px`;
        handle.style.top = `${place.y - 12}px`;
        handle.hidden = false;
    };
    const hide = () => { if (!isDrawing) handle.hidden = true; };
    const placeOf = (event) => {
        const box = cy.container().getBoundingClientRect();
        return { x: event.clientX - box.left, y: event.clientY - box.top };
    };
    cy.on("mouseover", "node", (event) => show(event.target));
    cy.on("viewport grab", hide);
    cy.on("tap", (event) => { if (event.target === cy) hide(); });
    handle.addEventListener("pointerdown", (event) => {
        handle.setPointerCapture(event.pointerId);
        isDrawing = true;
        const start = from.renderedPosition();
        Object.entries({ x1: start.x, y1: start.y, x2: start.x, y2: start.y }).forEach(([name, value]) => line.setAttribute(name, value));
        svg.removeAttribute("hidden");
        event.preventDefault();
    });
    handle.addEventListener("pointermove", (event) => {
        if (!isDrawing) return;
        const place = placeOf(event);
        line.setAttribute("x2", place.x);
        line.setAttribute("y2", place.y);
        aim(cy, stage.nodeUnder(place, from.id()));
    });
    const end = (event) => {
        if (!isDrawing) return;
        isDrawing = false;
        svg.setAttribute("hidden", "");
        handle.hidden = true;
        aim(cy, null);
        const to = event.type === "pointerup" && stage.nodeUnder(placeOf(event), from.id());
        if (to) onDrawn(from, to);
    };
    handle.addEventListener("pointerup", end);
    handle.addEventListener("pointercancel", end);
}

/* One concept let go of over another: it goes back to its place, and a merger is asked about. */
export function dropOnto(stage, onDropped) {
    const { cy } = stage;
    let before = null, target = null;
    cy.on("grab", "node", (event) => { before = { ...event.target.position() }; });
    cy.on("drag", "node", (event) => {
        target = covered(cy, event.target);
        aim(cy, target);
    });
    cy.on("free", "node", (event) => {
        const into = target;
        target = null;
        aim(cy, null);
        if (!into) return;
        event.target.position(before);
        stage.keepPlaces();
        onDropped(event.target, into);
    });
}

function covered(cy, node) {
    if (!isCurrent(node)) return null;
    const { x, y } = node.position();
    return cy.nodes().filter((other) => {
        const place = other.position();
        const far = Math.hypot(place.x - x, place.y - y);
        return other.id() !== node.id() && isCurrent(other) && far < NEAR * (other.width() + node.width()) / 2;
    })[0] || null;
}

const isCurrent = (node) => Boolean(node.data("number")) && !node.data("standing");

function aim(cy, node) {
    cy.nodes(".aimed").removeClass("aimed");
    if (node) node.addClass("aimed");
}
