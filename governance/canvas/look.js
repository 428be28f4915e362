/* How the canvas looks, in the colours of the theme. */
import { UNKNOWN } from "./shapes.js";

export const SIGNS = { added: "＋", ended: "✕", changed: "✎", merged: "⇒" };
/* On white, where it is printed; on the screen they follow the theme. */
export const STATES = { added: "#15803d", ended: "#dc2626", changed: "#b45309", merged: "#dc2626" };
export const SIZE = 30;
export const CENTRE = 42;
const MANY_EDGES = 800;

export const FONT = 'Inter, system-ui, "Noto Sans CJK SC", "Microsoft YaHei", sans-serif';

export const sizeOf = (node) => (node.data("isCentre") ? CENTRE : SIZE);

export function theme() {
    const style = getComputedStyle(document.documentElement);
    const colour = (name) => style.getPropertyValue(name).trim();
    return { ink: colour("--kb-strong"), faint: colour("--kb-ink"), ground: colour("--kb-ground"), accent: colour("--kb-accent"), states: { added: colour("--kb-good"), ended: colour("--kb-bad"), changed: colour("--kb-warn"), merged: colour("--kb-bad") } };
}

export function styles(looks, edges) {
    const { ink, faint, ground, accent, states } = theme();
    const look = (node) => looks.get(node.data("type")) || UNKNOWN;
    return [
        { selector: "node", style: {
            shape: "polygon",
            "shape-polygon-points": (node) => look(node).corners.flat().join(" "),
            "background-color": (node) => look(node).colour,
            width: sizeOf, height: sizeOf,
            "border-width": (node) => (node.data("isCentre") ? 3 : 1), "border-color": ink,
            label: "data(text)", color: ink, "font-family": FONT, "font-size": 12, "text-valign": "bottom", "text-margin-y": 4,
            "text-wrap": "wrap", "text-max-width": 400, "min-zoomed-font-size": 6,
            "text-background-color": ground, "text-background-opacity": 0.75, "text-background-padding": 1,
        } },
        { selector: "node[standing != '']", style: { "background-opacity": 0.35, "border-style": "dotted" } },
        { selector: "edge", style: {
            width: 1.5, "line-color": faint, "target-arrow-color": faint, "target-arrow-shape": "triangle",
            "curve-style": edges > MANY_EDGES ? "straight" : "bezier", "arrow-scale": 0.9,
            label: "data(text)", "font-family": FONT, "font-size": 9, color: faint, "min-zoomed-font-size": 8, "text-rotation": "autorotate",
            "text-background-color": ground, "text-background-opacity": 0.85, "text-background-padding": 1,
        } },
        { selector: "edge[!isInForce]", style: { "line-style": "dashed", "line-dash-pattern": [5, 4], "line-opacity": 0.7 } },
        { selector: "edge[kind = 'merge'], edge[kind = 'split']", style: { "line-style": "dotted", width: 3, "target-arrow-shape": "vee", "arrow-scale": 1.4 } },
        ...Object.entries(states).flatMap(([state, colour]) => stateStyles(state, colour)),
        { selector: ".chosen", style: { "overlay-color": accent, "overlay-opacity": 0.25, "overlay-padding": 7, "min-zoomed-font-size": 0, "z-index": 9 } },
        { selector: ".aimed", style: { "overlay-color": "#b45309", "overlay-opacity": 0.35, "overlay-padding": 9 } },
        { selector: ".faded", style: { opacity: 0.3 } },
    ];
}

function stateStyles(state, colour) {
    const dashed = state === "ended" || state === "merged" ? "dashed" : "solid";
    return [
        { selector: `node[state = '${state}']`, style: { "border-color": colour, "border-width": 4, "border-style": dashed, color: colour } },
        { selector: `edge[state = '${state}']`, style: { "line-color": colour, "target-arrow-color": colour, color: colour, width: 3, "line-style": dashed } },
    ];
}
