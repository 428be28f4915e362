/* What is shown as a picture of its own: written by hand from where things stand, with a title, the
   date and a legend. PNG is the same picture, painted. */
import { drawn } from "./elements.js";
import { widthOf } from "./labels.js";
import { FONT, SIGNS, STATES, sizeOf } from "./look.js";
import { UNKNOWN, pointsAt, round } from "./shapes.js";

const INK = "#0f172a", FAINT = "#475569";
const MARGIN = 40, LINE = 14, LEGEND_LINE = 20, TOP = 64;
const MOST_PIXELS = 8000;

/* No XML holds these, escaped or not. */
const clean = (text) => text.replace(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, "\ufffd");
const text = (words, attributes) => drawn("text", { "font-family": FONT, fill: INK, ...attributes }, clean(words));

/* `told` has title, lines under it, and the legend's rows: a look or a state, with words. */
export function svgOf(stage, told) {
    const elements = stage.cy.elements();
    const box = elements.length ? elements.boundingBox() : { x1: 0, y1: 0, w: 400, h: 200 };
    const legendWidth = 60 + 12 * Math.max(8, ...told.legend.map((row) => widthOf(row.words)));
    const top = TOP + LEGEND_LINE * told.lines.length;
    const width = Math.ceil(box.w + legendWidth + 3 * MARGIN);
    const height = Math.ceil(Math.max(box.h, LEGEND_LINE * (told.legend.length + 2)) + top + 2 * MARGIN);
    const graph = drawn("g", { transform: `translate(${round(MARGIN - box.x1)} ${round(top + MARGIN - box.y1)})` },
        ...stage.cy.edges().map(edgeOf), ...stage.cy.nodes().map((node) => nodeOf(stage, node)));
    return drawn("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "img" },
        drawn("title", {}, clean(told.title)), arrows(),
        drawn("rect", { width, height, fill: "#ffffff" }),
        text(told.title, { x: MARGIN, y: 40, "font-size": 20, "font-weight": 600 }),
        ...told.lines.map((line, n) => text(line, { x: MARGIN, y: 62 + LEGEND_LINE * n, "font-size": 12, fill: FAINT })),
        graph, legendOf(told, width - legendWidth - MARGIN, top + MARGIN));
}

const colourOf = (element) => STATES[element.data("state")] || FAINT;
const ARROWS = [FAINT, ...new Set(Object.values(STATES))];

function arrows() {
    return drawn("defs", {}, ...ARROWS.map((colour, n) => drawn("marker",
        { id: `arrow-${n}`, viewBox: "0 0 10 10", refX: 10, refY: 5, markerWidth: 7, markerHeight: 7, orient: "auto-start-reverse", markerUnits: "userSpaceOnUse" },
        drawn("path", { d: "M0 1 L10 5 L0 9 z", fill: colour }))));
}

function edgeOf(edge) {
    const from = edge.sourceEndpoint(), to = edge.targetEndpoint(), bend = edge.controlPoints()?.[0], middle = edge.midpoint();
    const colour = colourOf(edge), isDashed = !edge.data("isInForce") || ["ended", "merged"].includes(edge.data("state"));
    const path = bend ? `Q${round(bend.x)} ${round(bend.y)} ` : "L";
    const line = drawn("path", {
        d: `M${round(from.x)} ${round(from.y)} ${path}${round(to.x)} ${round(to.y)}`, fill: "none", stroke: colour,
        "stroke-width": edge.data("state") ? 3 : 1.5, "marker-end": `url(#arrow-${ARROWS.indexOf(colour)})`,
        ...(edge.data("kind") ? { "stroke-dasharray": "2 4" } : isDashed ? { "stroke-dasharray": "6 4" } : {}),
    });
    const words = text(edge.data("text"), { x: round(middle.x), y: round(middle.y), "font-size": 9, "text-anchor": "middle", fill: colour, ...HALO });
    return drawn("g", {}, line, words);
}

const HALO = { stroke: "#ffffff", "stroke-width": 3, "paint-order": "stroke", "stroke-linejoin": "round" };

function nodeOf(stage, node) {
    const { x, y } = node.position(), size = sizeOf(node), state = STATES[node.data("state")];
    const look = stage.looks.get(node.data("type")) || UNKNOWN;
    const outline = drawn("polygon", {
        points: pointsAt(look.corners, x, y, size), fill: look.colour, stroke: state || INK,
        "stroke-width": state ? 4 : node.data("isCentre") ? 3 : 1,
        ...(["ended", "merged"].includes(node.data("state")) ? { "stroke-dasharray": "5 3" } : {}),
    });
    const lines = node.data("lines").map((line, n) => text(line, {
        x: round(x), y: round(y + size / 2 + LINE * (n + 1)), "font-size": 12, "text-anchor": "middle", fill: state || INK, ...HALO,
    }));
    return drawn("g", {}, drawn("title", {}, clean(node.data("label"))), outline, ...lines);
}

function legendOf(told, x, y) {
    const rows = told.legend.map((row, n) => {
        const middle = y + LEGEND_LINE * (n + 1);
        return drawn("g", {}, signOf(row, x, middle), text(row.words, { x: x + 32, y: middle + 4, "font-size": 12 }));
    });
    return drawn("g", {}, text(told.legendTitle, { x, y, "font-size": 13, "font-weight": 600 }), ...rows);
}

function signOf(row, x, y) {
    if (row.look) return drawn("polygon", { points: pointsAt(row.look.corners, x + 12, y, 14), fill: row.look.colour });
    if (row.state) return text(SIGNS[row.state], { x: x + 6, y: y + 5, "font-size": 14, fill: STATES[row.state] });
    return drawn("line", { x1: x, y1: y, x2: x + 24, y2: y, stroke: FAINT, "stroke-width": 2, "stroke-dasharray": "6 4" });
}

export function download(blob, name) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    window.setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

const written = (svg) => new XMLSerializer().serializeToString(svg);
export const svgBlob = (svg) => new Blob(['<?xml version="1.0" encoding="UTF-8"?>\n', written(svg)], { type: "image/svg+xml" });

export async function pngBlob(svg) {
    const width = Number(svg.getAttribute("width")), height = Number(svg.getAttribute("height"));
    const scale = Math.min(2, MOST_PIXELS / Math.max(width, height));
    const image = new Image(width, height);
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(written(svg))}`;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = Math.ceil(width * scale);
    canvas.height = Math.ceil(height * scale);
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    return new Promise((done) => { canvas.toBlob(done, "image/png"); });
}

/* The file's name: what it is, of what, and of which day. */
export function nameOf(words, centre, day, ending) {
    const told = [words.fileName, centre, day].filter(Boolean).join("-");
    return `${told.replace(/[^\p{L}\p{N}-]+/gu, "-").slice(0, 80)}.${ending}`;
}

