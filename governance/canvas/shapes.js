/* A colour and an outline for each type of concept: the same on the canvas, in the legend and in
   what is exported. Of two types of one colour the outlines differ, so that colour is never the
   only sign. */

const COLOURS = ["#4477aa", "#aa5500", "#228833", "#aa3377", "#2a8f9c", "#887700", "#6655aa", "#666666"];

const polygon = (corners, turn = 0) => Array.from({ length: corners }, (_, n) => {
    const angle = (2 * Math.PI * n) / corners - Math.PI / 2 + turn;
    return [Math.cos(angle), Math.sin(angle)];
});
const star = (points, inner) => polygon(points * 2).map(([x, y], n) => (n % 2 ? [x * inner, y * inner] : [x, y]));

/* Corners between -1 and 1, clockwise. */
const OUTLINES = [
    polygon(24),
    polygon(4, Math.PI / 4).map(([x, y]) => [x * 1.25, y * 1.25]),
    polygon(4),
    polygon(6, Math.PI / 6),
    polygon(3),
    polygon(5),
    polygon(8, Math.PI / 8),
    [[-1, -0.6], [0.4, -0.6], [1, 0], [0.4, 0.6], [-1, 0.6]],
    [[-0.5, -0.7], [1, -0.7], [0.5, 0.7], [-1, 0.7]],
    polygon(3, Math.PI),
    star(5, 0.5),
    [[-1, -0.55], [1, -0.55], [1, 0.55], [-1, 0.55]],
    star(4, 0.45),
];

export function looksOf(types) {
    return new Map(types.map(([code], n) => [code, {
        colour: COLOURS[n % COLOURS.length],
        corners: OUTLINES[n % OUTLINES.length],
    }]));
}

export const UNKNOWN = { colour: "#666666", corners: OUTLINES[0] };

/* As an SVG polygon wants them, around a place. */
export function pointsAt(corners, x, y, size) {
    return corners.map(([dx, dy]) => `${round(x + (dx * size) / 2)},${round(y + (dy * size) / 2)}`).join(" ");
}

export const round = (number) => Math.round(number * 10) / 10;
