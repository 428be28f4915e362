/* Of the qualifiers only those of the relation that is chosen. The page works without this. */
"use strict";

function showAllowed(list) {
    const type = document.getElementById("id_type");
    if (!type) return;
    const show = () => list.querySelectorAll("[data-of]").forEach((line) => { line.hidden = line.dataset.of !== type.value; });
    type.addEventListener("change", show);
    show();
}

document.addEventListener("DOMContentLoaded", () => document.querySelectorAll("[data-allowed]").forEach(showAllowed));
