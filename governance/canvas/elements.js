/* Small pieces of the page. Whatever people have written goes in as text. */
import { pointsAt } from "./shapes.js";

const SVG = "http://www.w3.org/2000/svg";

export function make(name, attributes = {}, ...children) {
    const made = document.createElement(name);
    Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
    made.append(...children);
    return made;
}

export function drawn(name, attributes = {}, ...children) {
    const made = document.createElementNS(SVG, name);
    Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
    made.append(...children);
    return made;
}

export function swatch({ colour, corners }) {
    const outline = drawn("polygon", { points: pointsAt(corners, 9, 9, 14), fill: colour });
    return drawn("svg", { width: 18, height: 18, viewBox: "0 0 18 18", "aria-hidden": "true" }, outline);
}

/* Words with {names} in them. */
export const fill = (words, facts) => words.replace(/{(\w+)}/g, (whole, name) => facts[name] ?? whole);

export const data = (id) => JSON.parse(document.getElementById(id).textContent);
