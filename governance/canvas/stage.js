/* The drawing itself: nodes and edges, where they stand, and which is chosen. */
import cytoscape from "cytoscape";
import fcose from "cytoscape-fcose";
import { linesOf } from "./labels.js";
import { SIGNS, styles } from "./look.js";
import { looksOf } from "./shapes.js";

cytoscape.use(fcose);

const WITH_NAMES = 40;
const MANY = 400;
const PLACES = "kb-canvas-places";
const MOST_PLACES = 3000;
const STEP = 70;
const FEW = 3;

export class Stage {
    constructor(container, schema) {
        this.looks = looksOf(schema.types);
        this.places = new Map(JSON.parse(sessionStorage.getItem(PLACES) || "[]"));
        this.cy = cytoscape({
            container, minZoom: 0.05, maxZoom: 4, boxSelectionEnabled: false, autounselectify: true,
            style: styles(this.looks, 0),
        });
        this.cy.on("dragfree", "node", () => this.keepPlaces());
        new MutationObserver(() => this.dress()).observe(document.documentElement, { attributeFilter: ["class"] });
    }

    /* Puts the graph as it was told in place of what is there; what stays keeps its place. */
    async show({ nodes, edges }, whileBusy) {
        const before = this.cy.nodes().length;
        const isKnown = new Set(this.cy.nodes().map((node) => node.id()));
        this.cy.batch(() => {
            const wanted = new Set([...nodes, ...edges].map((each) => each.id));
            this.cy.elements().filter((each) => !wanted.has(each.id())).remove();
            [...nodes.map(nodeOf), ...edges.map(edgeOf)].forEach((each) => this.put(each));
        });
        this.dress();
        const fresh = this.cy.nodes().filter((node) => !isKnown.has(node.id()) && !this.recall(node));
        if (fresh.length) await whileBusy(() => this.place(fresh, fresh.length < this.cy.nodes().length));
        if (!before || fresh.length) this.fit();
        this.keepPlaces();
    }

    put(element) {
        const there = this.cy.getElementById(element.data.id);
        if (there.length) there.data(element.data);
        else this.cy.add(element);
    }

    dress() {
        const renderer = this.cy.renderer();
        const isMany = this.cy.nodes().length > MANY;
        Object.assign(renderer, { textureOnViewport: isMany, hideEdgesOnViewport: this.cy.edges().length > 3 * MANY });
        this.cy.style(styles(this.looks, this.cy.edges().length));
    }

    recall(node) {
        const place = this.places.get(node.id());
        if (place) node.position({ x: place[0], y: place[1] });
        return Boolean(place);
    }

    /* New ones begin beside a neighbour that stands already. Where they are few nothing else moves;
       of many the others make room. */
    place(fresh, isAdded) {
        if (isAdded) fresh.forEach((node, n) => besideNeighbour(node, n, fresh));
        const apart = isAdded ? fresh.filter((node) => !node.connectedEdges().length) : this.cy.collection();
        if (apart.length) aside(apart, this.cy.nodes().not(apart).boundingBox());
        if (apart.length === fresh.length) return;
        const standing = this.cy.nodes().not(fresh).union(apart).map((node) => ({ nodeId: node.id(), position: { ...node.position() } }));
        const isFew = isAdded && fresh.length <= FEW;
        this.run({ randomize: !isAdded, fixedNodeConstraint: isFew ? standing : undefined });
    }

    layOut() {
        this.run({ randomize: true });
        this.fit();
        this.keepPlaces();
    }

    run(given) {
        this.cy.layout({
            name: "fcose", animate: false, fit: false, quality: "default", tile: true,
            ...layoutOf(this.cy.nodes().length), ...given,
        }).run();
    }

    fit(elements) {
        this.cy.fit(elements, 50);
        if (this.cy.zoom() > 1.3) this.zoom(1.3 / this.cy.zoom());
    }

    zoom(by) {
        const { width, height } = this.cy.container().getBoundingClientRect();
        this.cy.zoom({ level: this.cy.zoom() * by, renderedPosition: { x: width / 2, y: height / 2 } });
    }

    choose(id) {
        this.cy.elements().removeClass("chosen");
        const chosen = this.cy.getElementById(id);
        chosen.addClass("chosen");
        return chosen;
    }

    /* Brings it into the window, where it is not there already. */
    reveal(elements) {
        const box = elements.renderedBoundingBox();
        const { width, height } = this.cy.container().getBoundingClientRect();
        if (box.x1 < 0 || box.y1 < 0 || box.x2 > width || box.y2 > height) this.cy.center(elements);
    }

    nodeUnder({ x, y }, but) {
        return this.cy.nodes().filter((node) => {
            const box = node.renderedBoundingBox({ includeLabels: false, includeOverlays: false });
            return node.id() !== but && x >= box.x1 && x <= box.x2 && y >= box.y1 && y <= box.y2;
        })[0];
    }

    /* For as long as the tab lasts, so that the way to a page and back moves nothing. */
    keepPlaces() {
        this.cy.nodes().forEach((node) => this.places.set(node.id(), [Math.round(node.position("x")), Math.round(node.position("y"))]));
        sessionStorage.setItem(PLACES, JSON.stringify([...this.places].slice(-MOST_PLACES)));
    }
}

/* A few have room for their names; of more, the names would push them out of sight; of many, the time
   counts. */
function layoutOf(count) {
    if (count <= WITH_NAMES) return { nodeDimensionsIncludeLabels: true, idealEdgeLength: 120, nodeSeparation: 90, nodeRepulsion: 9000 };
    if (count <= MANY) return { idealEdgeLength: 120, nodeSeparation: 130, nodeRepulsion: 40_000, gravity: 0.4 };
    return { idealEdgeLength: 90, nodeSeparation: 90, nodeRepulsion: 9000, numIter: 800 };
}

const signed = (each, label) => (SIGNS[each.state] ? `${SIGNS[each.state]}\u00a0${label}` : label);

function nodeOf(node) {
    const lines = linesOf(signed(node, node.label));
    if (node.standing) lines.push(node.standing);
    if (node.beyond) lines.push(`+${node.beyond}`);
    return { group: "nodes", data: { ...node, lines, text: lines.join("\n") } };
}

function edgeOf(edge) {
    return { group: "edges", data: { ...edge, text: signed(edge, edge.label) } };
}

/* What nothing is said of stands in a column beside the rest. */
function aside(nodes, box) {
    nodes.forEach((node, n) => { node.position({ x: box.x2 + STEP, y: box.y1 + (n + 0.5) * STEP }); });
}

function besideNeighbour(node, n, fresh) {
    const neighbour = node.neighborhood("node").not(fresh)[0];
    const from = neighbour ? neighbour.position() : { x: 0, y: 0 };
    const turn = n * 2.4, far = STEP * Math.sqrt(n + 2);
    node.position({ x: from.x + Math.cos(turn) * far, y: from.y + Math.sin(turn) * far });
}
